/** Rows are drawn whole a few at a time, so that no frame waits for a whole screen of them. */

export interface Drawn {
  rows: ReadonlySet<number>;
  /** Some rows are still to be drawn. */
  left: boolean;
}

/**
 * Of these rows, in the order they are wanted, those that are drawn whole: the ones that were before, and as many more as
 * have `most` pictures together, one at least; none more with 0.
 */
export function drawNext(before: ReadonlySet<number>, rows: readonly number[], pictures: (row: number) => number, most: number): Drawn {
  const drawn = new Set<number>();
  let room = most;
  let left = false;
  for (const row of rows) {
    if (!before.has(row)) {
      if (room <= 0) {
        left = true;
        continue;
      }
      room -= pictures(row);
    }
    drawn.add(row);
  }
  return { rows: drawn, left };
}
