/** Which pictures move with sound and length: films, not animations, which browsers show as pictures. */
import type { Item } from '../api/types';
import { t } from './messages.svelte';

const FILM = /^(mp4|webm|mov|mkv|avi)$/;

export const isFilm = (item: Pick<Item, 'format'>): boolean => FILM.test(item.format ?? '');

/** Pictures that move without being films: GIF, WebP, AVIF, PNG with more than one frame. */
export const isAnimation = (item: Pick<Item, 'format' | 'duration_s'>): boolean => !isFilm(item) && (item.duration_s ?? 0) > 0;

/** "Preview of the first 10 minutes", for a film of which the browser gets only a part. */
export const previewWords = (limit: number | null | undefined): string | null =>
  limit ? t('viewer.preview-part', { minutes: Math.round(limit / 60) }) : null;
