/** Pictures of one result, fetched in pages of 200 around what is in view. */
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import * as library from '../api/library';
import type { Item } from '../api/types';

export const PAGE = 200;
const AT_ONCE = 2;
const KEPT = 120;

export class Pages {
  /** Pictures that went missing while this result was on the screen; their places stay empty until it is made anew. */
  readonly gone = new SvelteSet<number>();
  #loaded = new SvelteMap<number, Item[]>();
  /** Loaded, but the library has changed since. */
  #stale = new Set<number>();
  #loading = new Map<number, AbortController>();
  #wanted: number[] = [];

  constructor(
    readonly selection: string,
    readonly total: number,
    readonly onFailure: (error: unknown) => void,
  ) {}

  item(index: number): Item | undefined {
    return this.#loaded.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Fetches what is missing of [from, to), nearest to its middle first; requests for anything else are cancelled. */
  want(from: number, to: number): void {
    const [first, last] = [Math.floor(Math.max(0, from) / PAGE), Math.floor(Math.max(0, Math.min(this.total, to) - 1) / PAGE)];
    const wanted: number[] = [];
    for (let page = first; page <= last; page += 1) wanted.push(page);
    const middle = (first + last) / 2;
    this.#wanted = wanted.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
    for (const [page, request] of this.#loading) {
      if (page < first || page > last) request.abort();
    }
    this.#fill();
  }

  /** The pictures of [from, to), fetched where they are not here yet. */
  async range(from: number, to: number): Promise<Item[]> {
    const found: Item[] = [];
    for (let page = Math.floor(from / PAGE); page * PAGE < to; page += 1) {
      found.push(...(await this.load(page)));
    }
    const skipped = Math.floor(from / PAGE) * PAGE;
    return found.slice(from - skipped, to - skipped);
  }

  async load(page: number, signal?: AbortSignal): Promise<Item[]> {
    const known = this.#loaded.get(page);
    if (known && !this.#stale.has(page)) return known;
    if (page * PAGE >= this.total) return [];
    const items = await library.items(this.selection, page * PAGE, PAGE, { signal });
    this.#keep(page, items);
    return items;
  }

  /** Asks again for what is loaded: in view now, elsewhere when it comes into view. */
  renew(): void {
    for (const page of this.#loaded.keys()) this.#stale.add(page);
    this.#fill();
  }

  close(): void {
    this.#wanted = [];
    for (const request of this.#loading.values()) request.abort();
  }

  #fill(): void {
    for (const page of this.#wanted) {
      if (this.#loading.size >= AT_ONCE) return;
      if ((this.#loaded.has(page) && !this.#stale.has(page)) || this.#loading.has(page)) continue;
      const request = new AbortController();
      this.#loading.set(page, request);
      this.load(page, request.signal)
        .catch((error: unknown) => {
          if (request.signal.aborted) return;
          this.#wanted = [];
          this.onFailure(error);
        })
        .finally(() => {
          this.#loading.delete(page);
          this.#fill();
        });
    }
  }

  #keep(page: number, items: Item[]): void {
    const before = this.#loaded.get(page);
    before?.forEach((old, at) => {
      if (items[at]?.missing && !old.missing) this.gone.add(old.id);
    });
    this.#stale.delete(page);
    this.#loaded.set(page, items);
    if (this.#loaded.size <= KEPT) return;
    for (const old of this.#loaded.keys()) {
      if (this.#loaded.size <= KEPT) return;
      if (this.#wanted.includes(old)) continue;
      this.#loaded.delete(old);
      this.#stale.delete(old);
    }
  }
}
