/** Rows of the grid, computed for the whole result at once: 1,000,000 pictures take some 20 ms. */
import { ASPECTS } from './aspect';

export type Mode = 'justified' | 'square' | 'list';

export interface LayoutOptions {
  mode: Mode;
  width: number;
  target: number;
  gap: number;
  /** Height of a group's header; 0 where groups are not shown. */
  header: number;
  /** Free space after the last row, and after each page. */
  footer: number;
  /** Pictures per page; 0 where the whole result is one. A row never reaches into the next page. */
  page: number;
}

export interface Layout {
  readonly options: LayoutOptions;
  readonly total: number;
  readonly rowCount: number;
  readonly height: number;
  readonly columns: number;
  readonly aspects: Uint8Array;
  /** First picture of each row; one more entry than rows. */
  readonly rowStart: Uint32Array;
  readonly rowTop: Float64Array;
  readonly rowHeight: Float32Array;
  readonly groupCount: number;
  readonly groupTop: Float64Array;
  /** First picture of each group; one more entry than groups. */
  readonly groupStart: Uint32Array;
  /** Where each page begins, and the end of the last. */
  readonly pageTop: Float64Array;
}

export const LIST_ROW = 24;
/** Free space above the first row where it has no header, so that its focus ring is whole. */
const LEAD = 8;
/** A row may be this much taller or lower than asked for. */
const DEVIATION = 0.25;

class Rows {
  start = new Uint32Array(1024);
  top = new Float64Array(1024);
  height = new Float32Array(1024);
  count = 0;
  columns = 1;

  add(start: number, end: number, top: number, height: number): void {
    if (this.count + 1 >= this.start.length) this.#grow();
    this.start[this.count] = start;
    this.top[this.count] = top;
    this.height[this.count] = height;
    this.count += 1;
    if (end - start > this.columns) this.columns = end - start;
  }

  #grow(): void {
    const length = this.start.length * 2;
    const [start, top, height] = [new Uint32Array(length), new Float64Array(length), new Float32Array(length)];
    start.set(this.start);
    top.set(this.top);
    height.set(this.height);
    [this.start, this.top, this.height] = [start, top, height];
  }
}

/** Lays out all pictures; `counts` are the sizes of consecutive groups ([] = one group without header). */
export function computeLayout(aspects: Uint8Array, counts: ArrayLike<number>, options: LayoutOptions): Layout {
  const total = aspects.length;
  const grouped = counts.length > 0 && options.header > 0;
  const groupCount = grouped ? counts.length : total > 0 ? 1 : 0;
  const groupTop = new Float64Array(groupCount);
  const groupStart = new Uint32Array(groupCount + 1);
  const rows = new Rows();
  const pageTop = new Float64Array(pageCount(total, options.page) + 1);
  let [y, first] = [grouped || options.mode === 'list' ? 0 : LEAD, 0];
  for (let group = 0; group < groupCount; group += 1) {
    const last = group === groupCount - 1;
    const end = last ? total : Math.min(total, first + (counts[group] ?? 0));
    groupTop[group] = y;
    groupStart[group] = first;
    y = fillPages(rows, aspects, first, end, y, grouped ? options.header : 0, options, pageTop);
    first = end;
  }
  groupStart[groupCount] = total;
  pageTop[0] = 0;
  pageTop[pageTop.length - 1] = y;
  const rowStart = rows.start.slice(0, rows.count + 1);
  rowStart[rows.count] = total;
  return {
    options,
    total,
    aspects,
    rowCount: rows.count,
    height: y + options.footer,
    columns: rows.columns,
    rowStart,
    rowTop: rows.top.slice(0, rows.count),
    rowHeight: rows.height.slice(0, rows.count),
    groupCount,
    groupTop,
    groupStart,
    pageTop,
  };
}

export const pageCount = (total: number, page: number): number => (page > 0 ? Math.max(1, Math.ceil(total / page)) : 1);

/** One group, cut where a page ends; on its next page it has its header again. */
function fillPages(
  rows: Rows,
  aspects: Uint8Array,
  first: number,
  end: number,
  top: number,
  header: number,
  o: LayoutOptions,
  pageTop: Float64Array,
): number {
  if (o.page === 0) return fillGroup(rows, aspects, first, end, top + header, o);
  let y = top;
  for (let start = first; start < end; ) {
    if (start % o.page === 0) pageTop[start / o.page] = y;
    const stop = Math.min(end, (Math.floor(start / o.page) + 1) * o.page);
    y = fillGroup(rows, aspects, start, stop, y + header, o);
    start = stop;
  }
  return y;
}

function fillGroup(rows: Rows, aspects: Uint8Array, first: number, end: number, top: number, o: LayoutOptions): number {
  if (o.mode === 'justified') return fillJustified(rows, aspects, first, end, top, o);
  const columns = o.mode === 'list' ? 1 : squareColumns(o);
  const height = o.mode === 'list' ? LIST_ROW : squareSide(o);
  const step = height + (o.mode === 'list' ? 0 : o.gap);
  let y = top;
  for (let start = first; start < end; start += columns, y += step) {
    rows.add(start, Math.min(end, start + columns), y, height);
  }
  return y;
}

export function squareColumns(o: LayoutOptions): number {
  return Math.max(1, Math.round((o.width + o.gap) / (o.target + o.gap)));
}

export function squareSide(o: LayoutOptions): number {
  const columns = squareColumns(o);
  return Math.max(1, (o.width - o.gap * (columns - 1)) / columns);
}

function fillJustified(rows: Rows, aspects: Uint8Array, first: number, end: number, top: number, o: LayoutOptions): number {
  const { width, target, gap } = o;
  let [y, start, sum] = [top, first, 0];
  for (let index = first; index < end; index += 1) {
    const aspect = ASPECTS[aspects[index] as number] as number;
    sum += aspect;
    const count = index - start + 1;
    const lower = (width - gap * (count - 1)) / sum;
    if (lower > target) continue;
    // The row is full with this picture (lower than asked) or without it (taller): take what deviates less.
    const taller = count > 1 ? (width - gap * (count - 2)) / (sum - aspect) : Infinity;
    const without = taller <= target * (1 + DEVIATION) && taller / target < target / lower;
    const height = without ? taller : lower;
    const next = without ? index : index + 1;
    rows.add(start, next, y, height);
    y += height + gap;
    start = next;
    sum = without ? aspect : 0;
    if (without && width / sum <= target) {
      rows.add(start, index + 1, y, width / sum);
      y += width / sum + gap;
      start = index + 1;
      sum = 0;
    }
  }
  if (start < end) {
    const natural = (width - gap * (end - start - 1)) / sum;
    const height = Math.min(target, natural);
    rows.add(start, end, y, height);
    y += height + gap;
  }
  return y;
}
