/** Where the view goes when the result or its layout changes: as little as possible moves on the screen. */
import * as locate from '../lib/layout/locate';
import type { Layout } from '../lib/layout/rows';
import { grid } from './grid.svelte';
import { jump } from './jump.svelte';
import { result, type Shown } from './result.svelte';
import { selected } from './selected.svelte';

class Placing {
  #shown: Shown | null = null;
  #layout: Layout | null = null;

  /** Called before each new result or layout is drawn. */
  update(shown: Shown | null, layout: Layout): void {
    const before = this.#layout;
    if (shown !== this.#shown) this.#place(shown, before, layout);
    else if (before && layout !== before) this.#keepAnchor(before, layout);
    if (layout.rowCount > 0 || shown === null) this.#layout = layout;
  }

  #place(next: Shown | null, before: Layout | null, after: Layout): void {
    if (next !== null && after.total === 0 && next.total > 0) return; // the width is not known yet
    this.#shown = next;
    if (!next?.kept && next?.place !== 'stay') jump.forget();
    if (next?.kept && before) this.#move(before, next.kept.before, after, next.kept.now);
    else if (next === null || next.place === 'stay') grid.goTo(grid.top);
    else grid.goToItem(next.place);
  }

  #keepAnchor(before: Layout, after: Layout): void {
    if (after.total !== before.total || after.total === 0) return;
    if (grid.top < 1) {
      grid.goTo(0, 0);
      return;
    }
    const resized = before.options.target !== after.options.target || before.options.mode !== after.options.mode;
    const anchor = anchorOf(before, resized);
    this.#move(before, anchor, after, anchor);
  }

  /** Puts a picture's row where it was, by its position then and now. */
  #move(before: Layout, then: number, after: Layout, now: number): void {
    const offset = locate.topOf(before, locate.rowOfItem(before, then)) - grid.top;
    grid.goTo(locate.topOf(after, locate.rowOfItem(after, now)) - offset);
  }
}

/** Where sizes change it is the picture one points at, so that it grows where one looks; else the focused one. */
function anchorOf(before: Layout, resized: boolean): number {
  const pointed = grid.underPointer(before);
  if (resized && pointed >= 0) return pointed;
  if (grid.isInView(selected.focus)) return selected.focus;
  if (pointed >= 0) return pointed;
  return locate.startOf(before, locate.rowAt(before, grid.top));
}

const placing = new Placing();

export const updatePlace = (layout: Layout): void => placing.update(result.shown, layout);
