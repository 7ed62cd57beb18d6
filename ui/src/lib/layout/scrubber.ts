/** Marks of the scrubber: density of the result along its height, and labels that do not overlap. */
import type { Group } from '../../api/types';
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

const LABEL_ROOM = 24;
const TICK_ROOM = 9;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const yearOf = (group: Group): string | undefined => /^(\d{4})-\d\d-\d\d$/.exec(group.key)?.[1];

/** Short text of a group: its year, its month where all groups are of one year, else its own label. */
function labelOf(group: Group, oneYear: boolean): string {
  const year = yearOf(group);
  if (!year) return group.label.slice(0, 5);
  return oneYear ? (MONTHS[Number(group.key.slice(5, 7)) - 1] ?? year) : year;
}

export function scrubberMarks(layout: Layout, groups: readonly Group[], track: number): Marks {
  const marks: Marks = { ticks: [], labels: [] };
  if (groups.length === 0 || layout.height <= 0 || groups.length !== layout.groupCount) return marks;
  const scale = track / layout.height;
  const weights = new Float64Array(Math.max(1, Math.floor(track / TICK_ROOM)));
  const oneYear = yearOf(groups[0] as Group) === yearOf(groups.at(-1) as Group);
  let previous = '';
  groups.forEach((group, position) => {
    const y = (layout.groupTop[position] ?? 0) * scale;
    const bucket = Math.min(weights.length - 1, Math.floor(y / TICK_ROOM));
    weights[bucket] = (weights[bucket] ?? 0) + group.count;
    const text = labelOf(group, oneYear);
    if (text !== previous) addLabel(marks.labels, y, text);
    previous = text;
  });
  const most = weights.reduce((a, b) => Math.max(a, b), 1);
  weights.forEach((count, bucket) => {
    if (count > 0) marks.ticks.push({ y: bucket * TICK_ROOM + TICK_ROOM / 2, weight: Math.sqrt(count / most) });
  });
  return marks;
}

function addLabel(labels: Label[], y: number, text: string): void {
  const last = labels.at(-1);
  if (!last || y - last.y >= LABEL_ROOM) labels.push({ y, text });
}
