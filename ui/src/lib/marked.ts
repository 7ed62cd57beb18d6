/** Finding what somebody typed in a text, and cutting the text where it was found. */

export interface Piece {
  text: string;
  found: boolean;
}

/** Words of a text to find, in lower case. */
export const wordsOf = (query: string): string[] => query.toLocaleLowerCase().split(/\s+/).filter(Boolean);

/** True where every word stands somewhere in one of the texts. */
export function matchesAll(query: string, ...texts: readonly string[]): boolean {
  const whole = texts.join('\n').toLocaleLowerCase();
  return wordsOf(query).every((word) => whole.includes(word));
}

/** The text in pieces, those that were typed apart from the rest. */
export function pieces(text: string, query: string): Piece[] {
  const lower = text.toLocaleLowerCase();
  const words = wordsOf(query);
  const marks = new Array<boolean>(text.length).fill(false);
  for (const word of words) {
    for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + 1)) marks.fill(true, at, at + word.length);
  }
  const found: Piece[] = [];
  for (let at = 0; at < text.length; ) {
    let end = at + 1;
    while (end < text.length && marks[end] === marks[at]) end += 1;
    found.push({ text: text.slice(at, end), found: marks[at] === true });
    at = end;
  }
  return found;
}
