/** What a resting pointer does to a tile: films and animations play; a hidden picture is revealed until it leaves. */
import type { Item } from '../api/types';
import { gridPreferences } from './gridPreferences.svelte';
import { nsfw as mode } from './nsfw.svelte';

const PLAYS_AFTER_MS = 400;
const still = matchMedia('(prefers-reduced-motion: reduce)');

/** Films, and pictures that have a length. */
export const moves = (item: Item): boolean => (item.duration_s ?? 0) > 0 || item.rendition === 'video';

class Hover {
  /** Number of the picture that plays. */
  playing = $state(-1);
  /** Number of the hidden picture that is shown. */
  revealed = $state(-1);
  #over = -1;
  #timer: number | undefined;

  /** The pointer is over this picture, or over none. */
  over(item: Item | undefined): void {
    const id = item?.id ?? -1;
    if (id === this.#over) return;
    this.#over = id;
    clearTimeout(this.#timer);
    this.playing = -1;
    this.revealed = -1;
    if (!item || !moves(item) || !gridPreferences.hoverPlay || still.matches) return;
    this.#timer = window.setTimeout(() => (this.playing = id), PLAYS_AFTER_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.playing = -1;
  }

  /** True where a picture is to be blurred. */
  hides(id: number, nsfw: boolean): boolean {
    return nsfw && mode.blurs && this.revealed !== id;
  }

  reveal(id: number): void {
    this.revealed = id;
  }
}

export const hover = new Hover();
