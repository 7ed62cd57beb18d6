/** The result on the screen: what was asked, how many pictures, their shapes, their groups. */
import * as library from '../api/library';
import { Refused, Unreachable } from '../api/client';
import type { ErrorBody, Group, SearchResult } from '../api/types';
import { t } from '../lib/messages.svelte';
import { DEFAULT_SORT } from '../lib/route';
import { Colours } from './colours.svelte';
import { curation } from './curation.svelte';
import { PAGE, Pages } from './pages.svelte';
import { toasts } from './toasts.svelte';

/** Where the view goes when a result appears: to a picture's position, or where it is. */
export type Place = number | 'stay';

export interface Ask {
  q: string;
  sort: string;
  place: Place;
  /** Picture whose position in the new result is wanted as well. */
  focus?: number | undefined;
  /** Picture whose row stays at its height on the screen, with its position in the old result. */
  keep?: { id: number; index: number } | undefined;
}

export interface Shown {
  selection: string;
  total: number;
  revision: number;
  milliseconds: number;
  q: string;
  sort: string;
  /** Values of the query that nothing has, and what was perhaps meant. */
  hints: SearchResult['hints'];
  aspects: Uint8Array;
  groups: Group[];
  pages: Pages;
  colours: Colours;
  place: Place;
  /** Position of the picture asked for; -1 when it is not in this result. */
  focus: number;
  /** Positions of the picture whose row stays, in the result before and in this one. */
  kept: { before: number; now: number } | null;
  /** Token of the last write this result has seen. */
  seen: number;
}

const SLOW_MS = 150;

class Result {
  shown: Shown | null = $state.raw(null);
  /** True once a search takes so long that one should see it. */
  searching = $state(false);
  error: ErrorBody | null = $state.raw(null);
  /** The query that `error` is about. */
  refused: string | null = $state(null);
  #request: AbortController | null = null;
  #tellAnswered: () => void = () => undefined;
  /** Resolves once a search was answered for the first time, and its pictures are on their way. */
  readonly answered = new Promise<void>((resolve) => (this.#tellAnswered = resolve));
  #firstVisible = 0;
  #lastVisible = 0;

  readonly q = $derived(this.shown?.q ?? '');
  readonly sort = $derived(this.shown?.sort ?? DEFAULT_SORT);
  readonly total = $derived(this.shown?.total ?? 0);

  /** The grid reports what it shows, so that a new result brings the same stretch with it. */
  reportVisible(first: number, last: number): void {
    this.#firstVisible = first;
    this.#lastVisible = last;
  }

  get firstVisible(): number {
    return this.#firstVisible;
  }

  /** A search is under way. */
  get isAsking(): boolean {
    return this.#request !== null;
  }

  /** Searches; the old result stays until the new one is complete. False when it was refused or overtaken. */
  async run(ask: Ask): Promise<boolean> {
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    const slow = setTimeout(() => (this.searching = this.#request === request), SLOW_MS);
    try {
      const shown = await this.#fetch(ask, request.signal);
      if (request.signal.aborted) return false;
      this.shown?.pages.close();
      this.shown = shown;
      if (ask.place !== 'stay') this.error = null; // a quiet refresh says nothing about what somebody is typing
      return true;
    } catch (error) {
      if (!request.signal.aborted) this.#failed(error, ask);
      return false;
    } finally {
      clearTimeout(slow);
      if (this.#request === request) {
        this.#request = null;
        this.searching = false;
      }
    }
  }

  /** Asks the same again, without moving the view; gives way to a search that is under way. */
  async refresh(focus?: number, keep?: Ask['keep']): Promise<boolean> {
    if (this.#request) return false;
    return this.run({ q: this.q, sort: this.sort, place: 'stay', focus, keep });
  }

  async #fetch({ q, sort, place, focus, keep }: Ask, signal: AbortSignal): Promise<Shown> {
    const seen = curation.token;
    const found = await library.search({ q, sort, after: seen }, { signal });
    const pages = new Pages(found.selection, found.total, (error) => this.#pageFailed(error));
    const asked = [focus, keep?.id].filter((id) => id !== undefined);
    const colours = new Colours(found.selection, found.total);
    const asking = Promise.all([
      library.layout(found.selection, { signal }),
      library.groups(found.selection, { signal }),
      asked.length > 0 ? library.places(found.selection, asked, { signal }) : [],
      this.#prepare(pages, place, 0, -1, signal),
    ]);
    this.#tellAnswered();
    const [aspects, groups, places] = await asking;
    const at = (id: number | undefined): number => places[asked.indexOf(id ?? -1)] ?? -1;
    const now = at(keep?.id);
    if (asked.length > 0) await this.#prepare(pages, place, keep && now >= 0 ? now - keep.index : 0, at(focus), signal);
    const kept = keep && now >= 0 ? { before: keep.index, now } : null;
    return { ...found, q, sort, aspects, groups, pages, colours, place, seen, focus: at(focus), kept };
  }

  /** Fetches what will be in view, so that it is there in the same frame. */
  async #prepare(pages: Pages, place: Place, shift: number, focus: number, signal: AbortSignal): Promise<void> {
    const first = place === 'stay' ? this.#firstVisible + shift : place;
    const last = first + Math.max(0, this.#lastVisible - this.#firstVisible);
    const end = Math.max(0, pages.total - 1);
    const wanted = new Set([first, last, ...(focus >= 0 ? [focus] : [])].map((index) => Math.floor(Math.min(Math.max(0, index), end) / PAGE)));
    await Promise.all([...wanted].map((page) => pages.load(page, signal)));
  }

  #failed(error: unknown, { q }: Ask): void {
    if (error instanceof Unreachable) return; // the connection's own notice says so
    if (!(error instanceof Refused)) throw error;
    if (error.body.kind === 'query') {
      this.error = error.body;
      this.refused = q;
    } else toasts.show({ name: 'search', kind: 'error', title: t('grid.search-failed'), detail: error.message });
  }

  #pageFailed(error: unknown): void {
    if (error instanceof Refused && error.status === 410) void this.refresh();
    else if (error instanceof Refused) {
      toasts.show({ name: 'page', kind: 'error', title: t('grid.not-listed'), detail: error.message });
    }
  }
}

export const result = new Result();
