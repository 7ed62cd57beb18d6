/** What a rubber band does to a selection, and how the view scrolls at its edges meanwhile. */

export type BandMode = 'replace' | 'add' | 'remove';

/** Shift adds to what was selected, Alt removes from it. */
export const bandMode = (event: { shiftKey: boolean; altKey: boolean; ctrlKey: boolean }): BandMode =>
  event.altKey ? 'remove' : event.shiftKey || event.ctrlKey ? 'add' : 'replace';

/** The selection that results from what was selected before and what lies under the band; both by number. */
export function banded<T>(before: ReadonlyMap<number, T>, under: ReadonlyMap<number, T>, mode: BandMode): Map<number, T> {
  if (mode === 'replace') return new Map(under);
  const after = new Map(before);
  for (const [id, value] of under) {
    if (mode === 'remove') after.delete(id);
    else after.set(id, value);
  }
  return after;
}

const MARGIN = 40;
const FASTEST = 28;

/** Pixels to scroll per frame when the pointer is this far down a view of that height: none but near its edges. */
export function edgeSpeed(y: number, height: number): number {
  const over = y < MARGIN ? y - MARGIN : Math.max(0, y - (height - MARGIN));
  return Math.sign(over) * Math.min(FASTEST, (Math.abs(over) / MARGIN) * (FASTEST / 2));
}
