/** Keeps address and page the same: what one does writes the address, Back and Forward restore the page. */
import * as library from '../api/library';
import type { Item } from '../api/types';
import { DEFAULT_SORT, formatRoute, parseRoute, sameView, type PageName, type Route } from '../lib/route';
import { grid } from './grid.svelte';
import { result, type Place } from './result.svelte';
import { selected } from './selected.svelte';
import { show } from './show';
import { viewer } from './viewer.svelte';

interface Kept {
  /** The viewer was opened on this page, so closing it goes back. */
  opened?: boolean;
  focus?: number | null;
  selected?: Item[];
}

const MOST_KEPT = 200;
const PAUSE_MS = 300;

class Address {
  route: Route = $state.raw(parseRoute(location.search));
  #typing = false;
  #timer: number | undefined;
  #restored = false;
  /** Somebody searched before the address was read. */
  #overtaken = false;

  async start(): Promise<void> {
    history.scrollRestoration = 'manual';
    addEventListener('popstate', () => void this.restore());
    if (this.#overtaken) this.#restored = true;
    else await this.restore();
  }

  /** Makes the page what the address says. */
  async restore(): Promise<void> {
    await this.#restore(parseRoute(location.search));
    this.#restored = true;
  }

  /** Shows another query or order. While somebody types, one entry of the history is rewritten. */
  async search(q: string, sort = this.route.sort, options: { typing?: boolean; place?: Place } = {}): Promise<boolean> {
    this.#overtaken = true;
    if (!(await show(q, sort, options.place ?? 0))) return false;
    const route: Route = { q, sort, image: null, at: 0 };
    const replace = (sameView(route, this.route) && !this.route.page) || (options.typing === true && this.#typing);
    this.#typing = options.typing === true;
    if (viewer.isOpen) viewer.index = -1;
    this.#write(route, replace ? 'replace' : 'push', {});
    return true;
  }

  /** Puts a page into the grid's place, or takes it away; the result stays behind it. */
  openPage(page: PageName | undefined): void {
    if (page === this.route.page) return;
    if (viewer.isOpen) viewer.index = -1;
    this.#write({ ...this.route, image: null, page }, 'push', this.#kept());
  }

  openViewer(index: number): void {
    const item = result.shown?.pages.item(index);
    if (!item) return;
    const wasOpen = viewer.isOpen;
    viewer.index = index;
    selected.moveFocus(index);
    const route = { ...this.route, image: item.id };
    const kept: Kept = history.state as Kept | null ?? {};
    this.#write(route, wasOpen ? 'replace' : 'push', wasOpen ? kept : { ...kept, opened: true });
  }

  closeViewer(): void {
    if (!viewer.isOpen) return;
    if ((history.state as Kept | null)?.opened) history.back();
    else {
      this.#write({ ...this.route, image: null }, 'replace', {});
      this.#closed();
    }
  }

  /** The grid came to rest somewhere. */
  settled(at: number): void {
    if (!this.#restored || viewer.isOpen) return;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#write({ ...this.route, at }, 'replace', this.#kept()), PAUSE_MS);
  }

  #kept(): Kept {
    const old = history.state as Kept | null;
    return { ...old, focus: selected.focused?.id ?? null, selected: selected.items.slice(0, MOST_KEPT) };
  }

  #write(route: Route, how: 'push' | 'replace', kept: Kept): void {
    clearTimeout(this.#timer);
    this.route = route;
    if (how === 'push') history.pushState(kept, '', formatRoute(route));
    else history.replaceState(kept, '', formatRoute(route));
  }

  async #restore(route: Route): Promise<void> {
    clearTimeout(this.#timer);
    const kept = (history.state as Kept | null) ?? {};
    const same = result.shown !== null && sameView(route, { ...this.route, q: result.q, sort: result.sort });
    const wasOpen = viewer.isOpen;
    this.route = route;
    if (!same) {
      viewer.index = -1;
      if (!(await show(route.q, route.sort, route.at))) {
        // A link to a query that cannot be read: its error stands in the field, and there is something to look at.
        if (!result.shown && !result.isAsking) await result.run({ q: '', sort: DEFAULT_SORT, place: 'stay' });
        return;
      }
      if (kept.selected?.length) selected.restore(kept.selected);
      if (kept.focus) await this.#focus(kept.focus);
    }
    if (route.image !== null) await this.#show(route.image);
    else if (wasOpen) this.#closed();
    else if (same) grid.goToItem(route.at);
  }

  async #focus(image: number): Promise<void> {
    const index = await positionOf(image);
    if (index !== null) selected.moveFocus(index);
  }

  async #show(image: number): Promise<void> {
    const index = await positionOf(image);
    if (index === null || !result.shown) return;
    await result.shown.pages.range(index, index + 1);
    selected.moveFocus(index);
    viewer.index = index;
  }

  #closed(): void {
    const last = viewer.index;
    viewer.index = -1;
    if (last < 0) return;
    selected.moveFocus(last);
    if (!grid.isInView(last)) grid.reveal(last);
    requestAnimationFrame(() => document.getElementById(`tile-${last}`)?.focus({ preventScroll: true }));
  }
}

async function positionOf(image: number): Promise<number | null> {
  const shown = result.shown;
  if (!shown) return null;
  try {
    return await library.indexOf(shown.selection, image);
  } catch {
    return null; // the picture or the server is gone; the grid stays as it is
  }
}

export const address = new Address();
