/** Where a file of a name lies in a folder. */
export const placeIn = (folder: { path: string }, name: string): string => `${folder.path.replace(/[\\/]+$/, '')}/${name}`;
