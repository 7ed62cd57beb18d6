/** A slideshow over the result, in its order or by chance. */
import { anotherPlace } from '../lib/shuffle';
import { keep, recall } from './kept';
import { result } from './result.svelte';
import { viewer } from './viewer.svelte';
import { goTo } from './viewing';

export const INTERVALS_S = [2, 3, 5, 10, 30] as const;
const USUAL_S = 5;
const MOST_REMEMBERED = 500;

const isInterval = (value: unknown): value is number => INTERVALS_S.some((one) => one === value);
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';

class Slideshow {
  running = $state(false);
  #seconds = $state(recall('slideshow-seconds', isInterval, USUAL_S));
  #shuffle = $state(recall('slideshow-shuffle', isBoolean, false));
  /** Where it goes next: known ahead, so that the picture can be decoded meanwhile. */
  next = $state(-1);
  #recent = new Set<number>();

  get seconds(): number {
    return this.#seconds;
  }
  set seconds(seconds: number) {
    this.#seconds = seconds;
    keep('slideshow-seconds', seconds);
  }

  get shuffle(): boolean {
    return this.#shuffle;
  }
  set shuffle(shuffle: boolean) {
    this.#shuffle = shuffle;
    keep('slideshow-shuffle', shuffle);
    this.plan();
  }

  /** Starts with the shown picture, else with the first one. */
  start(at = Math.max(0, viewer.index)): void {
    if (result.total === 0) return;
    this.#recent.clear();
    this.running = true;
    if (!viewer.isOpen) void goTo(at);
  }

  stop(): void {
    this.running = false;
    this.next = -1;
  }

  toggle(at?: number): void {
    if (this.running) this.stop();
    else this.start(at);
  }

  /** Chooses where it goes from the shown picture. */
  plan(): void {
    const total = result.total;
    this.#recent.add(viewer.index);
    if (this.#recent.size > Math.min(MOST_REMEMBERED, Math.floor(total / 2))) {
      this.#recent.delete(this.#recent.values().next().value as number);
    }
    this.next = this.#shuffle ? anotherPlace(total, this.#recent) : (viewer.index + 1) % Math.max(1, total);
  }

  advance(): void {
    if (this.running && this.next >= 0) void goTo(this.next);
  }
}

export const slideshow = new Slideshow();
