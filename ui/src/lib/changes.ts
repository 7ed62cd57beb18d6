/** Words for what was changed: "Rated 3 pictures 8". */
import type { Change } from '../api/types';
import { t } from './messages.svelte';

export function describeChange(change: Change, changed: number): string {
  const count = changed;
  if (change.rating === null) return t('toasts.rating-cleared', { count });
  if (change.rating !== undefined) return t('toasts.rated', { count, rating: change.rating });
  if (change.favorite !== undefined) return t(change.favorite ? 'toasts.favourite' : 'toasts.no-favourite', { count });
  if (change.nsfw !== undefined) return t(change.nsfw ? 'toasts.nsfw' : 'toasts.no-nsfw', { count });
  return t(change.for_deletion ? 'toasts.deletion' : 'toasts.no-deletion', { count });
}
