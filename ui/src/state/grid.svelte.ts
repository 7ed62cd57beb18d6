/** The grid's geometry and place: layout of the whole result, what is in view, where to go. */
import { computeLayout, type Layout } from '../lib/layout/rows';
import * as locate from '../lib/layout/locate';
import { elementHeight, lastOffset, needsRebase, positionFor } from '../lib/layout/scroll';
import { result } from './result.svelte';
import { view } from './view.svelte';

const HEADER = 36;
/** Free space at the end, so that the selection bar hides nothing. */
const FOOTER = 72;
/** Rows are made this many view heights before they come into view. */
const AHEAD = 0.6;
const NONE = new Uint8Array(0);

class Grid {
  width = $state(0);
  viewHeight = $state(0);
  /** Offset of the element's top in the content. */
  base = $state(0);
  /** The element's own scroll offset. */
  offset = $state(0);
  /** Set while the scrubber is dragged. */
  scrubbing = $state(false);
  #element: HTMLElement | null = null;

  readonly gap = $derived(view.mode === 'list' ? 0 : view.phone || view.target < 110 ? 2 : 4);
  readonly target = $derived(view.phone ? 128 : view.target);

  readonly layout: Layout = $derived.by(() => {
    const shown = result.shown;
    const groups = shown?.groups ?? [];
    return computeLayout(
      this.width > 0 ? (shown?.aspects ?? NONE) : NONE,
      groups.map((group) => group.count),
      {
        mode: view.mode,
        width: this.width,
        target: this.target,
        gap: this.gap,
        header: groups.length > 0 ? HEADER : 0,
        footer: FOOTER,
      },
    );
  });

  readonly top = $derived(this.base + this.offset);
  readonly elementHeight = $derived(Math.max(elementHeight(this.layout.height), 0));
  readonly lastTop = $derived(lastOffset(this.layout.height, this.viewHeight));

  /** Rows to draw, as two numbers: most scroll events change neither, and then nothing is drawn anew. */
  readonly #around = $derived.by((): [number, number] => {
    const ahead = this.viewHeight * AHEAD;
    return locate.rowsBetween(this.layout, this.top - ahead, this.top + this.viewHeight + ahead);
  });
  readonly firstRow = $derived(this.#around[0]);
  readonly lastRow = $derived(this.#around[1]);
  readonly firstGroup = $derived(locate.groupAt(this.layout, this.top));
  readonly lastGroup = $derived(locate.groupAt(this.layout, this.top + this.viewHeight));

  /** First picture whose row is fully in view. */
  readonly first = $derived.by(() => {
    if (this.layout.rowCount === 0) return 0;
    const row = locate.rowAt(this.layout, this.top + 1);
    const hidden = locate.topOf(this.layout, row) < this.top - 1 && row < this.layout.rowCount - 1;
    return locate.startOf(this.layout, hidden ? row + 1 : row);
  });

  attach(element: HTMLElement): () => void {
    this.#element = element;
    return () => (this.#element = null);
  }

  /** The element was scrolled by the browser. */
  scrolled(offset: number): void {
    this.offset = offset;
    if (needsRebase({ base: this.base, offset }, this.layout.height, this.viewHeight)) this.goTo(this.base + offset);
  }

  /** Puts the content's `y` at the top of the view. */
  goTo(y: number): void {
    const position = positionFor(y, this.layout.height, this.viewHeight);
    this.base = position.base;
    this.offset = position.offset;
    this.#apply();
  }

  /** Writes the offset to the element, once it has its height. */
  #apply(): void {
    const element = this.#element;
    if (!element) return;
    const sized = element.firstElementChild;
    if (sized instanceof HTMLElement) sized.style.height = `${this.elementHeight}px`;
    if (Math.abs(element.scrollTop - this.offset) > 0.5) element.scrollTop = this.offset;
  }

  /** Scrolls as little as possible until this picture is in view. */
  reveal(index: number): void {
    if (this.layout.rowCount === 0) return;
    const row = locate.rowOfItem(this.layout, index);
    const header = this.layout.options.header;
    const top = locate.topOf(this.layout, row);
    const bottom = top + locate.heightOf(this.layout, row);
    if (top - header < this.top) this.goTo(top - header);
    else if (bottom > this.top + this.viewHeight - 8) this.goTo(bottom - this.viewHeight + 8);
  }

  /** Puts this picture's row at the top, below its group's header. */
  goToItem(index: number): void {
    if (index <= 0) {
      this.goTo(0);
      return;
    }
    const row = locate.rowOfItem(this.layout, Math.min(index, this.layout.total - 1));
    this.goTo(locate.topOf(this.layout, row) - this.layout.options.header);
  }

  isInView(index: number): boolean {
    if (index < 0 || index >= this.layout.total) return false;
    const row = locate.rowOfItem(this.layout, index);
    const top = locate.topOf(this.layout, row);
    return top + locate.heightOf(this.layout, row) > this.top && top < this.top + this.viewHeight;
  }

  /** Rows that fit into the view: a page up or down. */
  get pageRows(): number {
    const [first, last] = locate.rowsBetween(this.layout, this.top, this.top + this.viewHeight);
    return Math.max(1, last - first - 1);
  }
}

export const grid = new Grid();
