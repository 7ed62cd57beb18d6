/** The orders a result can have, with the words of the sort menu. */

export interface SortKey {
  key: string;
  label: string;
  /** What the two directions are called; the first is the usual one. */
  directions: readonly [Direction, Direction];
}

export interface Direction {
  order: 'asc' | 'desc';
  label: string;
}

const newest: SortKey['directions'] = [
  { order: 'desc', label: 'Newest first' },
  { order: 'asc', label: 'Oldest first' },
];
const alphabet: SortKey['directions'] = [
  { order: 'asc', label: 'A to Z' },
  { order: 'desc', label: 'Z to A' },
];
const highest: SortKey['directions'] = [
  { order: 'desc', label: 'Highest first' },
  { order: 'asc', label: 'Lowest first' },
];
const largest: SortKey['directions'] = [
  { order: 'desc', label: 'Largest first' },
  { order: 'asc', label: 'Smallest first' },
];

export const SORT_KEYS: readonly SortKey[] = [
  { key: 'date', label: 'Date', directions: newest },
  { key: 'added', label: 'Date added', directions: newest },
  { key: 'modified', label: 'Date modified', directions: newest },
  { key: 'name', label: 'Name', directions: alphabet },
  { key: 'path', label: 'Path', directions: alphabet },
  { key: 'rating', label: 'Rating', directions: highest },
  { key: 'filesize', label: 'File size', directions: largest },
  { key: 'pixels', label: 'Pixels', directions: largest },
  { key: 'ratio', label: 'Shape', directions: [
    { order: 'desc', label: 'Widest first' },
    { order: 'asc', label: 'Tallest first' },
  ] },
  { key: 'prompt', label: 'Prompt', directions: alphabet },
  { key: 'model', label: 'Model', directions: alphabet },
  { key: 'seed', label: 'Seed', directions: highest },
  { key: 'steps', label: 'Steps', directions: highest },
  { key: 'cfg', label: 'CFG', directions: highest },
];

export interface Sort {
  key: string;
  order: 'asc' | 'desc';
}

/** Reads "KEY [asc|desc]"; without a direction the usual one of the key holds. */
export function parseSort(text: string): Sort {
  const [key = 'date', order] = text.trim().split(/\s+/);
  if (order === 'asc' || order === 'desc') return { key, order };
  return { key, order: SORT_KEYS.find((one) => one.key === key)?.directions[0].order ?? 'asc' };
}

export const formatSort = (sort: Sort): string =>
  sort.key.startsWith('random') ? sort.key : `${sort.key} ${sort.order}`;

/** What the sort button says: "Newest, by day", "Name, A to Z". */
export function sortTitle(text: string): string {
  const sort = parseSort(text);
  if (sort.key.startsWith('random')) return 'Random';
  if (sort.key === 'date') return sort.order === 'desc' ? 'Newest, by day' : 'Oldest, by day';
  const known = SORT_KEYS.find((one) => one.key === sort.key);
  if (!known) return sort.key;
  const direction = known.directions.find((one) => one.order === sort.order)?.label ?? sort.order;
  return `${known.label}, ${direction.charAt(0).toLowerCase() === 'a' || direction.startsWith('Z') ? direction : direction.toLowerCase()}`;
}
