/** Questions to a finished layout: which row is where, which picture is in which row. */
import { ASPECTS } from './aspect';
import { squareSide, type Layout } from './rows';

/** Last position whose value is not above `value`; -1 when all are. */
export function lastAtMost(values: ArrayLike<number>, length: number, value: number): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export const rowOfItem = (layout: Layout, index: number): number =>
  Math.max(0, lastAtMost(layout.rowStart, layout.rowCount, index));

export const rowAt = (layout: Layout, y: number): number =>
  Math.max(0, lastAtMost(layout.rowTop, layout.rowCount, y));

export const groupAt = (layout: Layout, y: number): number =>
  Math.max(0, lastAtMost(layout.groupTop, layout.groupCount, y));

export const groupOfItem = (layout: Layout, index: number): number =>
  Math.max(0, lastAtMost(layout.groupStart, layout.groupCount, index));

export const topOf = (layout: Layout, row: number): number => layout.rowTop[row] ?? 0;
export const heightOf = (layout: Layout, row: number): number => layout.rowHeight[row] ?? 0;
export const startOf = (layout: Layout, row: number): number => layout.rowStart[row] ?? layout.total;
export const endOf = (layout: Layout, row: number): number => layout.rowStart[row + 1] ?? layout.total;

/** First and last row that touch the given stretch; an empty layout gives [0, -1]. */
export function rowsBetween(layout: Layout, from: number, to: number): [number, number] {
  if (layout.rowCount === 0) return [0, -1];
  let first = rowAt(layout, from);
  if (topOf(layout, first) + heightOf(layout, first) < from && first < layout.rowCount - 1) first += 1;
  return [first, rowAt(layout, to)];
}

export function widthOf(layout: Layout, index: number, rowHeight: number): number {
  const { mode, width } = layout.options;
  if (mode === 'list') return width;
  if (mode === 'square') return squareSide(layout.options);
  return Math.min(width, (ASPECTS[layout.aspects[index] ?? 0] as number) * rowHeight);
}

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

export function boxOf(layout: Layout, index: number): Box {
  const row = rowOfItem(layout, index);
  const height = heightOf(layout, row);
  let left = 0;
  for (let other = startOf(layout, row); other < index; other += 1) {
    left += widthOf(layout, other, height) + layout.options.gap;
  }
  return { left, top: topOf(layout, row), width: widthOf(layout, index, height), height };
}

/** The picture above or below `index` that lies nearest to its middle. */
export function verticalNeighbour(layout: Layout, index: number, rows: number): number {
  const row = rowOfItem(layout, index);
  const target = Math.min(layout.rowCount - 1, Math.max(0, row + rows));
  if (target === row) return index;
  const box = boxOf(layout, index);
  const middle = box.left + box.width / 2;
  const height = heightOf(layout, target);
  let left = 0;
  for (let other = startOf(layout, target); other < endOf(layout, target); other += 1) {
    left += widthOf(layout, other, height) + layout.options.gap;
    if (middle < left) return other;
  }
  return endOf(layout, target) - 1;
}
