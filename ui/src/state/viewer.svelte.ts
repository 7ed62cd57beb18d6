/** The viewer: one picture over the whole page; zoom holds from picture to picture. */
import { result } from './result.svelte';

export type ZoomMode = 'fit' | 'actual' | 'free';

class Viewer {
  /** Position of the picture in the result; -1 while closed. */
  index = $state(-1);
  zoomMode = $state<ZoomMode>('fit');
  /** Screen pixels per picture pixel, for `free`. */
  scale = $state(1);
  /** What is in the middle of the view, as a part of the picture: 0.5, 0.5 is its centre. */
  centre = $state({ x: 0.5, y: 0.5 });
  overlay = $state(true);

  readonly isOpen = $derived(this.index >= 0);
  readonly item = $derived(this.index >= 0 ? result.shown?.pages.item(this.index) : undefined);

  setZoom(mode: ZoomMode, scale = 1): void {
    this.zoomMode = mode;
    this.scale = scale;
    if (mode === 'fit') this.centre = { x: 0.5, y: 0.5 };
  }
}

export const viewer = new Viewer();
