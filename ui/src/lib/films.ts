/** Which pictures move with sound and length: films, not animations, which browsers show as pictures. */
import type { Item } from '../api/types';

const FILM = /^(mp4|webm|mov|mkv|avi)$/;

export const isFilm = (item: Pick<Item, 'format'>): boolean => FILM.test(item.format ?? '');

/** "Preview of the first 10 minutes", for a film of which the browser gets only a part. */
export function previewWords(limit: number | null | undefined): string | null {
  if (!limit) return null;
  const minutes = Math.round(limit / 60);
  return `Preview of the first ${minutes === 1 ? 'minute' : `${minutes} minutes`}`;
}
