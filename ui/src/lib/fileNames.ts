/** Names of files: what stands before the ending, and parts that a pattern for many names may have. */

/** The name without its ending, and the ending with its dot. */
export function splitName(name: string): [string, string] {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
}

export const lastPart = (path: string): string => path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;

/** What may stand in a pattern of names; the server knows them under these names. */
export const PATTERN_PARTS = [
  '{name}', '{index:4}', '{date}', '{time}', '{model}', '{seed}', '{prompt}', '{rating}', '{sampler}', '{width}', '{height}', '{folder}',
] as const;

/** A text with another text in the place of a selection, and where the caret is then. */
export function insertAt(text: string, from: number, to: number, inserted: string): [string, number] {
  return [text.slice(0, from) + inserted + text.slice(to), from + inserted.length];
}
