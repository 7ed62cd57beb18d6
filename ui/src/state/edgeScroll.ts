/** Scrolls the grid while something is drawn out to its edges, and tells of each movement. */
import { edgeSpeed } from '../lib/rubberband';
import { grid, type Point } from './grid.svelte';

export class EdgeScroll {
  #point: Point | null = null;
  #frame = 0;

  constructor(
    readonly element: HTMLElement,
    readonly moved: (point: Point) => void,
  ) {}

  /** The pointer is here now, in pixels of the window. */
  at(point: Point): void {
    this.#point = point;
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#step());
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#point = null;
  }

  #step(): void {
    this.#frame = 0;
    const point = this.#point;
    if (!point) return;
    const { top, height } = this.element.getBoundingClientRect();
    const speed = edgeSpeed(point.y - top, height);
    const before = grid.top;
    if (speed !== 0) grid.goTo(Math.max(grid.extent.top, grid.top + speed), grid.page);
    this.moved(point);
    if (grid.top !== before) this.at(point);
  }
}
