/** The grid's geometry and place: layout of the whole result, what is in view, where to go. */
import { computeLayout, pageCount, type Layout } from '../lib/layout/rows';
import * as locate from '../lib/layout/locate';
import { pictureAt } from '../lib/layout/inside';
import { elementHeight, lastOffset, needsRebase, positionFor } from '../lib/layout/scroll';
import { gridPreferences } from './gridPreferences.svelte';
import { result } from './result.svelte';
import { view } from './view.svelte';

const HEADER = 36;
/** Free space at the end, so that the selection bar hides nothing. */
const FOOTER = 72;
/** Rows are made this many view heights before they come into view; while one flings, only those in view. */
const AHEAD = 0.6;
/** A movement by more than this many view heights at once shows other pictures altogether. */
const FAR = 0.5;
/** View heights per second from which on nobody can see a picture that goes by. */
const FLING_PER_S = 8;
/** Without a scroll event for this long, scrolling has ended. */
const REST_MS = 150;
/** After it went far, rows out of view are made so much later: what is in view has its pictures by then. */
const FAR_REST_MS = 400;
const NONE = new Uint8Array(0);

export interface Point {
  x: number;
  y: number;
}

class Grid {
  width = $state(0);
  viewHeight = $state(0);
  /** Offset of the element's top in the content. */
  base = $state(0);
  /** The element's own scroll offset. */
  offset = $state(0);
  /** Set while it is scrolled, by whatever. */
  moving = $state(false);
  /** Set while it is scrolled so fast that nobody can see a picture. */
  flinging = $state(false);
  /** Set once it went far, until it rests: what is in view comes first. */
  #far = $state(false);
  #drawnTop = 0;
  #movedAt = 0;
  /** Where the pointer is on the screen while it is over the grid. */
  pointer: Point | null = null;
  #page = $state(0);
  #element: HTMLElement | null = null;
  #rest: number | undefined;
  #rested: (() => void)[] = [];

  readonly gap = $derived(view.mode === 'list' ? 0 : view.phone || view.target < 110 ? 2 : 4);
  readonly target = $derived.by(() => {
    const columns = gridPreferences.phoneColumns;
    return view.phone ? Math.max(24, (this.width - this.gap * (columns - 1)) / columns) : view.target;
  });
  /** Pictures per page; 0 where the whole result is one. */
  readonly pageSize = $derived(view.phone ? 0 : gridPreferences.pageSize);

  readonly layout: Layout = $derived.by(() => {
    const shown = result.shown;
    const groups = gridPreferences.headings ? (shown?.groups ?? []) : [];
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
        page: this.pageSize,
      },
    );
  });

  readonly pages = $derived(pageCount(this.layout.total, this.layout.options.page));
  /** The page in view, from 0. */
  readonly page = $derived(Math.min(this.#page, this.pages - 1));
  /** The stretch of the content that one can scroll through: its page. */
  readonly extent = $derived.by(() => this.#extentOf(this.page));

  readonly top = $derived(this.base + this.offset);
  readonly elementHeight = $derived(elementHeight(this.extent.height));
  readonly lastTop = $derived(lastOffset(this.layout.height, this.viewHeight));

  /** First and last row of the page. */
  readonly #ends = $derived.by((): [number, number] => {
    const size = this.layout.options.page;
    if (size === 0) return [0, this.layout.rowCount - 1];
    const last = Math.min(this.layout.total, (this.page + 1) * size) - 1;
    return [locate.rowOfItem(this.layout, this.page * size), locate.rowOfItem(this.layout, last)];
  });

  /** Rows to draw, as two numbers: most scroll events change neither, and then nothing is drawn anew. */
  readonly #around = $derived.by((): [number, number] => {
    const ahead = this.#far || this.flinging ? 0 : this.viewHeight * AHEAD;
    const [first, last] = locate.rowsBetween(this.layout, this.top - ahead, this.top + this.viewHeight + ahead);
    return [Math.max(first, this.#ends[0]), Math.min(last, this.#ends[1])];
  });
  /** First row of which something is in view. */
  readonly firstSeenRow = $derived(this.layout.rowCount === 0 ? 0 : locate.rowAt(this.layout, this.top));
  readonly firstRow = $derived(this.#around[0]);
  readonly lastRow = $derived(this.#around[1]);
  readonly firstGroup = $derived(locate.groupAt(this.layout, this.top));
  readonly lastGroup = $derived(
    locate.groupAt(this.layout, Math.min(this.top + this.viewHeight, this.extent.top + this.extent.height - FOOTER - 1)),
  );

  /** First picture whose row is fully in view. */
  readonly first = $derived.by(() => {
    if (this.layout.rowCount === 0) return 0;
    const row = locate.rowAt(this.layout, this.top + 1);
    const hidden = locate.topOf(this.layout, row) < this.top - 1 && row < this.#ends[1];
    return locate.startOf(this.layout, hidden ? row + 1 : row);
  });

  attach(element: HTMLElement): () => void {
    this.#element = element;
    return () => (this.#element = null);
  }

  /** The element was scrolled by the browser. */
  scrolled(offset: number): void {
    this.offset = offset;
    const { top, height } = this.extent;
    if (needsRebase({ base: this.base - top, offset }, height, this.viewHeight)) this.goTo(this.base + offset, this.page);
    this.#noteMoving();
  }

  #noteMoving(): void {
    const [now, way] = [performance.now(), Math.abs(this.top - this.#drawnTop)];
    // One step, however far, is not a fling: the next movement tells.
    this.flinging = this.moving && way > (this.viewHeight * FLING_PER_S * (now - this.#movedAt)) / 1000;
    this.#far ||= way > this.viewHeight * FAR;
    this.moving = true;
    this.#drawnTop = this.top;
    this.#movedAt = now;
    if (this.#rest === undefined) this.#rest = window.setTimeout(this.#lookForRest, REST_MS);
  }

  /** One timer for all movements until it rests: setting a new one for each takes a tenth of all scripts of a fling. */
  readonly #lookForRest = (): void => {
    const still = (): number => performance.now() - this.#movedAt;
    if (this.moving && still() >= REST_MS) {
      this.moving = false;
      this.flinging = false;
      for (const listener of this.#rested) listener();
    }
    if (this.#far && still() >= FAR_REST_MS) this.#far = false;
    const next = this.moving ? REST_MS : this.#far ? FAR_REST_MS : 0;
    this.#rest = next > 0 ? window.setTimeout(this.#lookForRest, next - still()) : undefined;
  };

  onRest(listener: () => void): void {
    this.#rested.push(listener);
  }

  #extentOf(page: number): { top: number; height: number } {
    const { pageTop, height } = this.layout;
    if (this.pages === 1) return { top: 0, height };
    const top = pageTop[page] ?? 0;
    return { top, height: (pageTop[page + 1] ?? height) - top + FOOTER };
  }

  #pageAt(y: number): number {
    return this.pages === 1 ? 0 : Math.max(0, locate.lastAtMost(this.layout.pageTop, this.pages, y));
  }

  #pageOf(index: number): number {
    return this.layout.options.page === 0 ? 0 : Math.floor(index / this.layout.options.page);
  }

  /** Puts the content's `y` at the top of the view. */
  goTo(y: number, page = this.#pageAt(y)): void {
    this.#page = page;
    const { top, height } = this.#extentOf(page);
    const position = positionFor(y - top, height, this.viewHeight);
    this.base = top + position.base;
    this.offset = position.offset;
    if (Math.abs(this.top - this.#drawnTop) > this.viewHeight * FAR) this.#noteMoving();
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

  goToPage(page: number): void {
    const next = Math.min(this.pages - 1, Math.max(0, page));
    this.goTo(this.#extentOf(next).top, next);
  }

  /** Scrolls as little as possible until this picture is in view. */
  reveal(index: number): void {
    if (this.layout.rowCount === 0) return;
    const row = locate.rowOfItem(this.layout, index);
    const header = this.layout.options.header;
    const top = locate.topOf(this.layout, row);
    const bottom = top + locate.heightOf(this.layout, row);
    const page = this.#pageOf(index);
    if (top - header < this.top || page !== this.page) this.goTo(top - header, page);
    else if (bottom > this.top + this.viewHeight - 8) this.goTo(bottom - this.viewHeight + 8, page);
  }

  /** Puts this picture's row at the top, below its group's header. */
  goToItem(index: number): void {
    if (index <= 0) {
      this.goTo(0, 0);
      return;
    }
    const last = Math.min(index, this.layout.total - 1);
    const row = locate.rowOfItem(this.layout, last);
    this.goTo(locate.topOf(this.layout, row) - this.layout.options.header, this.#pageOf(last));
  }

  isInView(index: number): boolean {
    if (index < 0 || index >= this.layout.total || this.#pageOf(index) !== this.page) return false;
    const row = locate.rowOfItem(this.layout, index);
    const top = locate.topOf(this.layout, row);
    return top + locate.heightOf(this.layout, row) > this.top && top < this.top + this.viewHeight;
  }

  /** A place on the screen as a place in the content. */
  inContent(x: number, y: number): Point {
    const box = this.#element?.firstElementChild?.getBoundingClientRect();
    return { x: x - (box?.left ?? 0), y: y - (box?.top ?? 0) + this.base };
  }

  /** The picture under the pointer in this layout, -1 where there is none. */
  underPointer(layout: Layout): number {
    if (!this.pointer) return -1;
    const { x, y } = this.inContent(this.pointer.x, this.pointer.y);
    return pictureAt(layout, x, y);
  }

  /** Rows that fit into the view: a page up or down. */
  get pageRows(): number {
    const [first, last] = locate.rowsBetween(this.layout, this.top, this.top + this.viewHeight);
    return Math.max(1, last - first - 1);
  }
}

export const grid = new Grid();
