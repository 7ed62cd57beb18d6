/** Which rows of a long list are to be drawn. */

/** First row and the one behind the last, with some rows more on both sides. */
export function rowsInView(count: number, height: number, top: number, viewHeight: number, spare = 12): [number, number] {
  if (count === 0 || height <= 0) return [0, 0];
  const first = Math.max(0, Math.min(count, Math.floor(top / height) - spare));
  const end = Math.max(first, Math.min(count, Math.ceil((top + viewHeight) / height) + spare));
  return [first, end];
}

/** The next row behind `from` whose label begins with the letters typed, going round; -1 where there is none. */
export function typedAhead(labels: readonly string[], from: number, typed: string): number {
  const wanted = typed.toLocaleLowerCase();
  const begins = (index: number): boolean => (labels[index] ?? '').toLocaleLowerCase().startsWith(wanted);
  // A longer word may still be the row one is on; a single letter goes on to the next.
  const start = typed.length > 1 ? from : from + 1;
  for (let step = 0; step < labels.length; step += 1) {
    const index = (start + step + labels.length) % labels.length;
    if (begins(index)) return index;
  }
  return -1;
}
