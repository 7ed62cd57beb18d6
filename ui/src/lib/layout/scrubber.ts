/** Marks of the scrubber: density of the result along its height, and labels that do not overlap. */
import type { Group } from '../../api/types';
import * as locate from './locate';
import type { Layout } from './rows';

export interface Tick {
  y: number;
  /** 0 to 1: how many pictures lie here, against the densest stretch. */
  weight: number;
}

export interface Label {
  y: number;
  text: string;
}

export interface Marks {
  ticks: Tick[];
  labels: Label[];
}

/** How labels are written. */
export interface Wording {
  /** Name of a month, from 0. */
  month(month: number): string;
  /** A group that is no day. */
  short(group: Group): string;
}

const LABEL_ROOM = 24;
const TICK_ROOM = 9;

const yearOf = (group: Group): string | undefined => /^(\d{4})-\d\d-\d\d$/.exec(group.key)?.[1];

/** Short text of a group: its year, its month where all groups are of one year, else its own label. */
function labelOf(group: Group, oneYear: boolean, wording: Wording): string {
  const year = yearOf(group);
  if (!year) return wording.short(group);
  return oneYear ? wording.month(Number(group.key.slice(5, 7)) - 1) : year;
}

export function scrubberMarks(layout: Layout, groups: readonly Group[], track: number, wording: Wording): Marks {
  const marks: Marks = { ticks: [], labels: [] };
  if (groups.length === 0 || layout.height <= 0 || layout.rowCount === 0) return marks;
  const scale = track / layout.height;
  const weights = new Float64Array(Math.max(1, Math.floor(track / TICK_ROOM)));
  const oneYear = yearOf(groups[0] as Group) === yearOf(groups.at(-1) as Group);
  let [previous, start] = ['', 0];
  for (const group of groups) {
    const y = locate.topOf(layout, locate.rowOfItem(layout, start)) * scale;
    start += group.count;
    spread(weights, y, locate.topOf(layout, locate.rowOfItem(layout, start - 1)) * scale, group.count);
    const text = labelOf(group, oneYear, wording);
    if (text !== previous) addLabel(marks.labels, y, text);
    previous = text;
  }
  const most = weights.reduce((a, b) => Math.max(a, b), 1);
  weights.forEach((count, bucket) => {
    if (count > 0) marks.ticks.push({ y: bucket * TICK_ROOM + TICK_ROOM / 2, weight: Math.sqrt(count / most) });
  });
  return marks;
}

/** A group's pictures lie over the whole stretch from its first row to its last. */
function spread(weights: Float64Array, from: number, to: number, count: number): void {
  const last = weights.length - 1;
  const [first, end] = [Math.min(last, Math.floor(from / TICK_ROOM)), Math.min(last, Math.floor(to / TICK_ROOM))];
  for (let bucket = first; bucket <= end; bucket += 1) weights[bucket] = (weights[bucket] ?? 0) + count / (end - first + 1);
}

function addLabel(labels: Label[], y: number, text: string): void {
  const last = labels.at(-1);
  if (!last || y - last.y >= LABEL_ROOM) labels.push({ y, text });
}
