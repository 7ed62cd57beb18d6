/** The orders a result can have, with the words of the sort menu. */
import { t, type MessageKey } from './messages.svelte';

export type Order = 'asc' | 'desc';
type Kind = 'newest' | 'alphabet' | 'highest' | 'largest' | 'shape' | 'album';

export interface SortKey {
  key: string;
  label: MessageKey;
  /** What the two directions are called; the first is the usual one. */
  directions: readonly [Direction, Direction];
}

export interface Direction {
  order: Order;
  label: MessageKey;
}

const DIRECTIONS: Readonly<Record<Kind, readonly [Direction, Direction]>> = {
  newest: [{ order: 'desc', label: 'sort.newest' }, { order: 'asc', label: 'sort.oldest' }],
  alphabet: [{ order: 'asc', label: 'sort.a-to-z' }, { order: 'desc', label: 'sort.z-to-a' }],
  highest: [{ order: 'desc', label: 'sort.highest' }, { order: 'asc', label: 'sort.lowest' }],
  largest: [{ order: 'desc', label: 'sort.largest' }, { order: 'asc', label: 'sort.smallest' }],
  shape: [{ order: 'desc', label: 'sort.widest' }, { order: 'asc', label: 'sort.tallest' }],
  album: [{ order: 'asc', label: 'sort.first-to-last' }, { order: 'desc', label: 'sort.last-to-first' }],
};

export const SORT_KEYS: readonly SortKey[] = [
  { key: 'date', label: 'sort.date', directions: DIRECTIONS.newest },
  { key: 'added', label: 'sort.added', directions: DIRECTIONS.newest },
  { key: 'modified', label: 'sort.modified', directions: DIRECTIONS.newest },
  { key: 'viewed', label: 'sort.viewed', directions: DIRECTIONS.newest },
  { key: 'touched', label: 'sort.touched', directions: DIRECTIONS.newest },
  { key: 'name', label: 'sort.name', directions: DIRECTIONS.alphabet },
  { key: 'path', label: 'sort.folder', directions: DIRECTIONS.alphabet },
  { key: 'prompt', label: 'sort.prompt', directions: DIRECTIONS.alphabet },
  { key: 'model', label: 'sort.model', directions: DIRECTIONS.alphabet },
  { key: 'rating', label: 'sort.rating', directions: DIRECTIONS.highest },
  { key: 'aesthetic', label: 'sort.aesthetic', directions: DIRECTIONS.highest },
  { key: 'filesize', label: 'sort.filesize', directions: DIRECTIONS.largest },
  { key: 'pixels', label: 'sort.pixels', directions: DIRECTIONS.largest },
  { key: 'ratio', label: 'sort.shape', directions: DIRECTIONS.shape },
  { key: 'duration', label: 'sort.duration', directions: DIRECTIONS.largest },
  { key: 'seed', label: 'sort.seed', directions: DIRECTIONS.highest },
  { key: 'steps', label: 'sort.steps', directions: DIRECTIONS.highest },
  { key: 'cfg', label: 'sort.cfg', directions: DIRECTIONS.highest },
];

/** The order that somebody gave an album; offered where one is on the screen. */
export const ALBUM_ORDER: SortKey = { key: 'album', label: 'sort.album', directions: DIRECTIONS.album };

const keyNamed = (key: string): SortKey | undefined => [...SORT_KEYS, ALBUM_ORDER].find((one) => one.key === key);

export const directionsOf = (key: string): readonly Direction[] => keyNamed(key)?.directions ?? [];

export interface Sort {
  key: string;
  order: Order;
}

/** Reads "KEY [asc|desc]"; without a direction the usual one of the key holds. */
export function parseSort(text: string): Sort {
  const [key = 'date', order] = text.trim().split(/\s+/);
  if (order === 'asc' || order === 'desc') return { key, order };
  return { key, order: directionsOf(key)[0]?.order ?? 'asc' };
}

export const formatSort = (sort: Sort): string =>
  sort.key.startsWith('random') ? sort.key : `${sort.key} ${sort.order}`;

/** What the sort button says: "Newest, by day", "Name, A to Z". */
export function sortTitle(text: string): string {
  const sort = parseSort(text);
  if (sort.key.startsWith('random')) return t('sort.random');
  if (sort.key === 'date') return t(sort.order === 'desc' ? 'sort.newest-by-day' : 'sort.oldest-by-day');
  const known = keyNamed(sort.key);
  if (!known) return sort.key;
  const direction = directionsOf(sort.key).find((one) => one.order === sort.order);
  return t('sort.title', { key: t(known.label), direction: direction ? t(direction.label) : sort.order });
}
