/** Fingers on the grid: a long press selects and then sweeps, two fingers change the size; one finger scrolls. */
import { EdgeScroll } from './edgeScroll';
import { contextMenu } from './contextMenu.svelte';
import { grid, type Point } from './grid.svelte';
import { gridPreferences } from './gridPreferences.svelte';
import { pictureAt } from '../lib/layout/inside';
import { result } from './result.svelte';
import { selected, type Placed } from './selected.svelte';
import { view } from './view.svelte';

const LONG_MS = 450;
const SLACK = 10;

type Phase = 'idle' | 'waiting' | 'sweeping' | 'pinching';

const pointOf = (touch: Touch): Point => ({ x: touch.clientX, y: touch.clientY });
const spread = (touches: TouchList): number =>
  Math.hypot((touches[0]?.clientX ?? 0) - (touches[1]?.clientX ?? 0), (touches[0]?.clientY ?? 0) - (touches[1]?.clientY ?? 0));

export class Touching {
  #phase: Phase = 'idle';
  #start: Point = { x: 0, y: 0 };
  #first = -1;
  #swept = false;
  #wasSelected = false;
  #before: ReadonlyMap<number, Placed> = new Map();
  #timer: number | undefined;
  #spread = 1;
  #size = 1;
  #scroll: EdgeScroll;

  constructor(readonly element: HTMLElement) {
    this.#scroll = new EdgeScroll(element, (point) => this.#sweep(point));
    element.addEventListener('touchstart', this.#began, { passive: true });
    element.addEventListener('touchmove', this.#moved, { passive: false });
    element.addEventListener('touchend', this.#ended, { passive: false });
    element.addEventListener('touchcancel', this.#cancelled);
  }

  detach(): void {
    this.#cancelled();
    this.element.removeEventListener('touchstart', this.#began);
    this.element.removeEventListener('touchmove', this.#moved);
    this.element.removeEventListener('touchend', this.#ended);
    this.element.removeEventListener('touchcancel', this.#cancelled);
  }

  #began = (event: TouchEvent): void => {
    clearTimeout(this.#timer);
    const touch = event.touches[0];
    if (event.touches.length === 2) {
      this.#phase = 'pinching';
      this.#spread = Math.max(1, spread(event.touches));
      this.#size = view.phone ? gridPreferences.phoneColumns : view.target;
    } else if (event.touches.length === 1 && touch && event.target instanceof Element) {
      const tile = event.target.closest<HTMLElement>('[data-index]');
      if (!tile) return;
      this.#phase = 'waiting';
      this.#start = pointOf(touch);
      this.#first = Number(tile.dataset.index);
      this.#timer = window.setTimeout(() => this.#pressedLong(), LONG_MS);
    }
  };

  #pressedLong(): void {
    const item = result.shown?.pages.item(this.#first);
    if (!item) return;
    this.#phase = 'sweeping';
    this.#swept = false;
    this.#wasSelected = selected.has(item.id);
    this.#before = selected.snapshot ?? new Map();
    if (!this.#wasSelected) selected.toggle(this.#first);
    navigator.vibrate?.(10);
  }

  #moved = (event: TouchEvent): void => {
    const touch = event.touches[0];
    if (!touch) return;
    const point = pointOf(touch);
    if (this.#phase === 'waiting' && Math.hypot(point.x - this.#start.x, point.y - this.#start.y) > SLACK) this.#cancelled();
    if (this.#phase === 'sweeping' || this.#phase === 'pinching') event.preventDefault();
    if (this.#phase === 'sweeping') this.#scroll.at(point);
    if (this.#phase === 'pinching' && event.touches.length === 2) this.#pinch(spread(event.touches) / this.#spread);
  };

  #pinch(growth: number): void {
    if (view.phone) gridPreferences.phoneColumns = this.#size / growth;
    else view.resize(this.#size * growth);
  }

  /** From where the finger began to where it is, in the order of the result. */
  #sweep(point: Point): void {
    const { x, y } = grid.inContent(point.x, point.y);
    const last = pictureAt(grid.layout, x, y);
    if (last < 0 || (last === this.#first && !this.#swept)) return;
    this.#swept = true;
    const after = new Map(this.#before);
    for (let index = Math.min(this.#first, last); index <= Math.max(this.#first, last); index += 1) {
      const item = result.shown?.pages.item(index);
      if (item) after.set(item.id, [index, item]);
    }
    selected.replace([...after.values()]);
  }

  #ended = (event: TouchEvent): void => {
    if (this.#phase === 'sweeping') {
      event.preventDefault(); // no click follows
      if (this.#wasSelected && !this.#swept) contextMenu.show(this.#first, this.#start.x, this.#start.y);
    }
    if (event.touches.length === 0) this.#cancelled();
  };

  #cancelled = (): void => {
    clearTimeout(this.#timer);
    this.#scroll.stop();
    this.#phase = 'idle';
  };
}
