/** Places in a query: the server counts characters, the browser counts UTF-16 units. */

/** Characters before a unit of the text. */
export const toPoints = (text: string, units: number): number => [...text.slice(0, units)].length;

/** Units before a character of the text. */
export const toUnits = (text: string, points: number): number => [...text].slice(0, points).join('').length;
