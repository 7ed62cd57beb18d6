/** The rubber band: drawn on empty space, it selects what it touches. */
import { picturesInside, spanned, type Rectangle } from '../lib/layout/inside';
import { banded, bandMode, type BandMode } from '../lib/rubberband';
import { EdgeScroll } from './edgeScroll';
import { grid, type Point } from './grid.svelte';
import { result } from './result.svelte';
import { selected, type Placed } from './selected.svelte';

const STARTS_AFTER = 4;

class Band {
  /** In the coordinates of the grid's content; null while none is drawn. */
  area: Rectangle | null = $state.raw(null);
  /** True until the click that follows the end of a band has passed. */
  justEnded = false;
  #from: Point = { x: 0, y: 0 };
  #screen: Point = { x: 0, y: 0 };
  #mode: BandMode = 'replace';
  #before: ReadonlyMap<number, Placed> = new Map();
  #scroll: EdgeScroll | null = null;

  /** The left button went down on empty space. */
  begin(event: PointerEvent, element: HTMLElement): void {
    this.#from = grid.inContent(event.clientX, event.clientY);
    this.#screen = { x: event.clientX, y: event.clientY };
    this.#mode = bandMode(event);
    this.#before = selected.snapshot ?? new Map();
    this.#scroll = new EdgeScroll(element, (point) => this.#draw(point));
    addEventListener('pointermove', this.#moved);
    addEventListener('pointerup', this.#ended);
    addEventListener('pointercancel', this.#ended);
    addEventListener('keydown', this.#pressed, { capture: true });
  }

  #moved = (event: PointerEvent): void => {
    const far = Math.hypot(event.clientX - this.#screen.x, event.clientY - this.#screen.y);
    if (this.area === null && far < STARTS_AFTER) return;
    if (this.area === null) getSelection()?.removeAllRanges();
    this.#scroll?.at({ x: event.clientX, y: event.clientY });
  };

  #draw(point: Point): void {
    const to = grid.inContent(point.x, point.y);
    this.area = spanned(this.#from.x, this.#from.y, to.x, to.y);
    const under = new Map<number, Placed>();
    for (const index of picturesInside(grid.layout, this.area)) {
      const item = result.shown?.pages.item(index);
      if (item) under.set(item.id, [index, item]);
    }
    selected.replace([...banded(this.#before, under, this.#mode).values()]);
  }

  /** Escape takes the band back. */
  #pressed = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || this.area === null) return;
    event.preventDefault();
    event.stopPropagation();
    selected.replace([...this.#before.values()]);
    this.#end();
  };

  #ended = (event: PointerEvent): void => {
    if (this.area !== null && event.type === 'pointerup') this.#draw({ x: event.clientX, y: event.clientY });
    this.#end();
  };

  #end(): void {
    this.justEnded = this.area !== null;
    this.area = null;
    this.#scroll?.stop();
    removeEventListener('pointermove', this.#moved);
    removeEventListener('pointerup', this.#ended);
    removeEventListener('pointercancel', this.#ended);
    removeEventListener('keydown', this.#pressed, { capture: true });
    setTimeout(() => (this.justEnded = false));
  }
}

export const band = new Band();
