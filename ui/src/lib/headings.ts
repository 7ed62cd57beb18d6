/** Headings of groups as people read them, and their short form beside the scrubber. */
import type { Group } from '../api/types';
import { groupTitle, type GroupTitle } from './format';
import { t } from './messages.svelte';

const NONE = 'none';

/** The key of an order: "date" of "date desc". */
const keyOf = (sort: string): string => sort.trim().split(/\s+/)[0] ?? '';

/** A folder by its name with the rest of its path behind, a rating and steps with their word, else as it is. */
export function heading(group: Group, sort: string, now: Date): GroupTitle {
  const key = keyOf(sort);
  if (group.key === NONE) return { title: t('grid.group-none'), detail: '' };
  if (key === 'path') {
    const parts = group.label.split(/[\\/]/).filter(Boolean);
    const name = parts.at(-1) ?? group.label;
    return { title: name, detail: group.label.slice(0, group.label.length - name.length - 1) };
  }
  if (key === 'rating') return { title: t('grid.group-rating', { rating: group.label }), detail: '' };
  if (key === 'steps') return { title: t('grid.group-steps', { steps: Number(group.label) }), detail: '' };
  return groupTitle(group.key, group.label, now);
}

/** At most a few characters for the scrubber. */
export function shortHeading(group: Group, sort: string): string {
  if (group.key === NONE) return '–';
  const label = keyOf(sort) === 'path' ? (group.label.split(/[\\/]/).filter(Boolean).at(-1) ?? group.label) : group.label;
  return label.slice(0, 5);
}
