/** Names that screen readers say. */
import type { Change, Item } from '../api/types';
import { t } from './messages.svelte';

/** What a picture shows, then what was decided on it: "a fox in the snow, rated 8, favourite, video of 5 seconds". */
export function tileName(item: Item, mark: Required<Change>): string {
  const parts = [item.words ?? item.name];
  if (mark.rating !== null) parts.push(t('grid.name-rated', { rating: mark.rating }));
  if (mark.favorite) parts.push(t('grid.name-favorite'));
  if (mark.nsfw) parts.push(t('grid.name-nsfw'));
  if (mark.for_deletion) parts.push(t('grid.name-deletion'));
  if (item.duration_s) parts.push(t('grid.name-video', { seconds: Math.round(item.duration_s) }));
  if (item.missing) parts.push(t('grid.name-missing'));
  else if (!item.available) parts.push(t('grid.name-offline'));
  return parts.join(', ');
}
