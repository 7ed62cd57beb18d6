/** The order of an album is a person's own: pictures dragged between others stay there. */
import type { Album } from '../api/places';
import * as library from '../api/library';
import { t } from '../lib/messages.svelte';
import { parseSort } from '../lib/sort';
import { albums } from './albums.svelte';
import type { Dragged } from './dragging.svelte';
import { journal } from './journal.svelte';
import { sayRefusal } from './refusals';
import { result } from './result.svelte';
import { refresh } from './show';

/** The one album that a query asks for, of those that are not smart. */
export const albumOf = (q: string): Album | undefined =>
  albums.plain.find((album) => ` ${q} `.includes(` ${albums.query(album)} `));

/** An album in its own order is on the screen, and what is dragged are pictures one can name. */
export const canArrange = (dragged: Dragged): boolean =>
  parseSort(result.sort).key === 'album' && dragged.items.length > 0 && albumOf(result.q) !== undefined;

/** Puts the dragged pictures in front of the one at `index`, as one sees them. */
export async function placeInAlbum(dragged: Dragged, index: number): Promise<void> {
  const [album, shown] = [albumOf(result.q), result.shown];
  if (!album || !shown) return;
  const moved = new Set(dragged.items.map((item) => item.id));
  const stays = (at: number, step: 1 | -1): number | undefined => {
    for (let here = at; here >= 0 && here < shown.total; here += step) {
      const item = shown.pages.item(here);
      if (item && !moved.has(item.id)) return item.id;
    }
    return undefined;
  };
  const [next, previous] = [stays(index, 1), stays(index - 1, -1)];
  const falling = parseSort(result.sort).order === 'desc';
  const place = next !== undefined ? { [falling ? 'after' : 'before']: next } : { [falling ? 'before' : 'after']: previous };
  try {
    const written = await library.moveInAlbum(album.id, { ...dragged.named, ...place });
    journal.wrote(t('grid.arranged', { count: dragged.count, name: album.name }), written);
    await refresh();
  } catch (error) {
    sayRefusal(t('grid.not-arranged'), error);
  }
}
