/** Which rows are drawn whole and which as sketches: no frame waits for a whole screen of rows, and a fling makes no elements. */

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

/** What stands for a row in the page; it stays one element for as long as its key is there. */
export interface Standing {
  /** Of a whole row its number; of a sketch the number of its place, below zero. */
  key: number;
  row: number;
  whole: boolean;
}

/**
 * Whole rows in their order, then sketches: the sketch of a row that came takes the place of one that went, so that only
 * its look has to change.
 */
export function standingRows(before: readonly Standing[], rows: readonly number[], isWhole: (row: number) => boolean): Standing[] {
  const whole = rows.filter(isWhole).map((row) => ({ key: row, row, whole: true }));
  const sketched = new Set(rows.filter((row) => !isWhole(row)));
  const sketches = before.filter((standing) => !standing.whole && sketched.delete(standing.row));
  const taken = new Set(sketches.map((standing) => standing.key));
  let place = -1;
  for (const row of sketched) {
    while (taken.has(place)) place -= 1;
    sketches.push({ key: place, row, whole: false });
    place -= 1;
  }
  return [...whole, ...sketches.sort((one, other) => other.key - one.key)];
}
