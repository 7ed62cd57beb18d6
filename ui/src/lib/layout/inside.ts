/** Which pictures lie under a rectangle, and between which two a point lies. */
import * as locate from './locate';
import type { Layout } from './rows';

export interface Rectangle {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The rectangle with these two opposite corners. */
export const spanned = (x1: number, y1: number, x2: number, y2: number): Rectangle => ({
  left: Math.min(x1, x2),
  top: Math.min(y1, y2),
  right: Math.max(x1, x2),
  bottom: Math.max(y1, y2),
});

/** The pictures that a rectangle touches, in order. */
export function picturesInside(layout: Layout, area: Rectangle): number[] {
  const found: number[] = [];
  const [first, last] = locate.rowsBetween(layout, area.top, area.bottom);
  for (let row = first; row <= last; row += 1) {
    const [top, height] = [locate.topOf(layout, row), locate.heightOf(layout, row)];
    if (top > area.bottom || top + height < area.top) continue;
    let left = 0;
    for (let index = locate.startOf(layout, row); index < locate.endOf(layout, row) && left <= area.right; index += 1) {
      const right = left + locate.widthOf(layout, index, height);
      if (right >= area.left) found.push(index);
      left = right + layout.options.gap;
    }
  }
  return found;
}

/** The picture at a point, or the nearest one of the row at that height; -1 in an empty layout. */
export function pictureAt(layout: Layout, x: number, y: number): number {
  if (layout.rowCount === 0) return -1;
  const row = locate.rowAt(layout, y);
  const height = locate.heightOf(layout, row);
  let left = 0;
  for (let index = locate.startOf(layout, row); index < locate.endOf(layout, row); index += 1) {
    left += locate.widthOf(layout, index, height) + layout.options.gap;
    if (x < left) return index;
  }
  return locate.endOf(layout, row) - 1;
}

export interface Gap {
  /** Pictures would be put in front of this one; the total at the very end. */
  index: number;
  /** Where the line that shows it stands. */
  left: number;
  top: number;
  height: number;
}

/** The gap nearest to a point: before or behind the picture there. */
export function gapAt(layout: Layout, x: number, y: number): Gap | null {
  const index = pictureAt(layout, x, y);
  if (index < 0) return null;
  const box = locate.boxOf(layout, index);
  const { gap, mode } = layout.options;
  if (mode === 'list') {
    const behind = y > box.top + box.height / 2;
    return { index: behind ? index + 1 : index, left: 0, top: box.top + (behind ? box.height : 0), height: 0 };
  }
  const behind = x > box.left + box.width / 2;
  const left = behind ? box.left + box.width + gap / 2 : box.left - gap / 2;
  return { index: behind ? index + 1 : index, left, top: box.top, height: box.height };
}
