/** The viewer: one picture over the whole page; zoom holds from picture to picture. */
import { keep, recall } from './kept';
import { result } from './result.svelte';
import { Zoom, type ZoomMode } from './zoom.svelte';

/** What keys and buttons do to the picture on the stage. */
export interface Stage {
  zoomBy(factor: number): void;
  /** To so many screen pixels per picture pixel. */
  zoomTo(scale: number): void;
  toggleActual(): void;
  pan(dx: number, dy: number): void;
  readonly percent: number;
  readonly pannable: boolean;
}

const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
const isVolume = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= 1;

class Viewer {
  /** Position of the picture in the result; -1 while closed. */
  index = $state(-1);
  readonly zoom = new Zoom();
  stage: Stage | null = $state.raw(null);
  /** A key is held down: pictures rush by as thumbnails, and only the last one is decoded. */
  racing = $state(false);
  /** Animated pictures stand still. */
  stilled = $state(matchMedia('(prefers-reduced-motion: reduce)').matches);
  /** The picture on the stage is there, sharp. */
  settled = $state(false);
  fullScreen = $state(false);
  #overlay = $state(recall('viewer-overlay', isBoolean, true));
  #wheelSteps = $state(recall('viewer-wheel-steps', isBoolean, false));
  #sound = $state({ muted: recall('viewer-muted', isBoolean, false), volume: recall('viewer-volume', isVolume, 1) });

  readonly isOpen = $derived(this.index >= 0);
  readonly item = $derived(this.index >= 0 ? result.shown?.pages.item(this.index) : undefined);

  get zoomMode(): ZoomMode {
    return this.zoom.mode;
  }

  get overlay(): boolean {
    return this.#overlay;
  }
  set overlay(shown: boolean) {
    this.#overlay = shown;
    keep('viewer-overlay', shown);
  }

  /** The wheel goes from picture to picture, and zooms with Ctrl. */
  get wheelSteps(): boolean {
    return this.#wheelSteps;
  }
  set wheelSteps(steps: boolean) {
    this.#wheelSteps = steps;
    keep('viewer-wheel-steps', steps);
  }

  get muted(): boolean {
    return this.#sound.muted;
  }
  set muted(muted: boolean) {
    this.#sound.muted = muted;
    keep('viewer-muted', muted);
  }

  get volume(): number {
    return this.#sound.volume;
  }
  set volume(volume: number) {
    this.#sound.volume = volume;
    keep('viewer-volume', volume);
  }
}

export const viewer = new Viewer();
