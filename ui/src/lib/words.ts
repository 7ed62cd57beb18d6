/** Names that screen readers say. */
import type { Change, Item } from '../api/types';
import { plural } from './format';

/** "00042.png, rated 8, favourite, video 5 seconds". */
export function tileName(item: Item, mark: Required<Change>): string {
  const parts = [item.name];
  if (mark.rating !== null) parts.push(`rated ${mark.rating}`);
  if (mark.favorite) parts.push('favourite');
  if (mark.nsfw) parts.push('NSFW');
  if (mark.for_deletion) parts.push('for deletion');
  if (item.duration_s) parts.push(`video ${plural(Math.round(item.duration_s), 'second')}`);
  if (item.missing) parts.push('file is missing');
  else if (!item.available) parts.push('drive offline');
  return parts.join(', ');
}
