/** Words for what was changed: "Rated 3 pictures 8". */
import type { Change } from '../api/types';
import { plural } from './format';

export function describeChange(change: Change, changed: number): string {
  const pictures = plural(changed, 'picture');
  if (change.rating === null) return `Rating cleared on ${pictures}`;
  if (change.rating !== undefined) return `Rated ${pictures} ${change.rating}`;
  if (change.favorite !== undefined) return change.favorite ? `${pictures} in favourites` : `${pictures} out of favourites`;
  if (change.nsfw !== undefined) return change.nsfw ? `${pictures} marked NSFW` : `${pictures} no longer NSFW`;
  return change.for_deletion ? `${pictures} marked for deletion` : `${pictures} no longer marked for deletion`;
}
