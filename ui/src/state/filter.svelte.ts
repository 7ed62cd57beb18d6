/** The filter: the query as lines, what a change of them asks for, and counts of the values. */
import { SvelteMap } from 'svelte/reactivity';
import * as library from '../api/library';
import * as queries from '../api/queries';
import type { FilterLine } from '../api/queries';
import { Refused, Unreachable } from '../api/client';
import type { FacetValue } from '../api/types';
import { linesWithout, type Mode } from '../lib/filter/lines';
import type { Section } from '../lib/filter/sections';
import { termsOf } from '../lib/query/tokens';
import { address } from './address.svelte';
import { curation } from './curation.svelte';
import { result, type Shown } from './result.svelte';
import { view } from './view.svelte';

const SLIDING_MS = 150;
const MOST_VALUES = 500;
const KEY = 'diffusion-toolkit.filter';

export const FIND_ID = 'filter-find';

/** A facet that is shown, and the field whose own lines its counts leave out. */
export interface Wanted {
  facet: string;
  field: string;
  /** Only what is left out is left out: more values narrow the result further. */
  narrows: boolean;
}

export interface Counted {
  values: FacetValue[];
  total: number;
}

/** Which sections are open where a person changed that. */
function remembered(): Record<string, boolean> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Record<string, boolean>) : {};
  } catch {
    return {};
  }
}

class Filter {
  /** The filter stands in the place of the details. */
  shown = $state(false);
  lines: FilterLine[] = $state.raw([]);
  /** What of the query is no line. */
  rest = $state('');
  /** Why the last change was refused, and of which field it was. */
  problem: { field: string; message: string } | null = $state.raw(null);
  /** Values by field, and of how many pictures they are counted. */
  counts = new SvelteMap<string, Counted>();
  #unfolded: Record<string, boolean> = $state(remembered());
  #modes: Record<string, Mode> = $state({});
  /** The query that `lines` are of. */
  #q: string | null = null;
  #change = 0;
  #timer: number | undefined;
  #counting: AbortController | null = null;
  #before: Element | null = null;
  #focusWanted = false;

  /** Terms of the query, as its chips. */
  readonly count = $derived(termsOf(result.q).length);
  readonly open = $derived(this.shown && view.panel);

  /** Shows the filter, or what stood there before. */
  toggle(): void {
    if (this.open) {
      this.close();
      return;
    }
    this.#before = document.activeElement;
    this.#focusWanted = true;
    this.shown = true;
    if (!view.panel) view.togglePanel();
    if (document.getElementById(FIND_ID)) this.takeFocus();
  }

  /** The focus goes back to where it was. */
  close(): void {
    this.shown = false;
    if (!view.wide && view.panel) view.togglePanel();
    if (this.#before instanceof HTMLElement && this.#before.isConnected) this.#before.focus({ preventScroll: true });
    this.#before = null;
  }

  /** The panel was asked for and is there: one can type, or on a phone read on. */
  takeFocus(): void {
    if (this.#focusWanted && !view.phone) document.getElementById(FIND_ID)?.focus();
    this.#focusWanted = false;
  }

  isUnfolded(section: Section): boolean {
    return this.#unfolded[section.name] ?? section.unfolded ?? false;
  }

  fold(section: Section, unfolded: boolean): void {
    this.#unfolded[section.name] = unfolded;
    try {
      localStorage.setItem(KEY, JSON.stringify(this.#unfolded));
    } catch {
      // A browser without storage forgets it with the page.
    }
  }

  /** How the next values of a field are joined. */
  mode(field: string): Mode {
    return this.#modes[field] ?? 'all';
  }

  setMode(field: string, mode: Mode): void {
    this.#modes[field] = mode;
  }

  /** Reads the query on the screen, unless the lines are of it already. */
  async read(q: string): Promise<void> {
    if (q === this.#q) return;
    const change = ++this.#change;
    try {
      const read = await queries.readQuery(q);
      if (change === this.#change) this.#took(read, q);
    } catch (error) {
      if (!(error instanceof Unreachable) && !(error instanceof Refused)) throw error;
    }
  }

  /** Shows the lines at once and searches for what they mean. False where they were refused, and then all is as before. */
  async apply(lines: readonly FilterLine[], field = ''): Promise<boolean> {
    clearTimeout(this.#timer);
    const change = ++this.#change;
    const before = this.lines;
    this.lines = [...lines];
    this.problem = null;
    try {
      const made = await queries.makeQuery(lines, this.rest);
      if (change !== this.#change) return true;
      this.#took(made, made.query);
      await address.search(made.query, address.route.sort);
      return true;
    } catch (error) {
      if (!(error instanceof Unreachable) && !(error instanceof Refused)) throw error;
      if (change === this.#change) this.lines = before;
      this.problem = { field, message: error.message };
      return false;
    }
  }

  /** As `apply`, but waits for the hand to rest. */
  slide(lines: readonly FilterLine[], field: string): void {
    this.#change += 1;
    this.lines = [...lines];
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.apply(lines, field), SLIDING_MS);
  }

  /** Lets go of a field, or of everything. */
  clear(fields?: readonly string[]): void {
    if (fields) {
      void this.apply(fields.reduce<FilterLine[]>((lines, field) => linesWithout(lines, field), this.lines));
      return;
    }
    this.rest = '';
    void this.apply([]);
  }

  /** Brings the counts of these facets up to date: of what one would get, so without the lines of their own field. */
  async countFacets(wanted: readonly Wanted[]): Promise<void> {
    const shown = result.shown;
    if (!shown) return;
    this.#counting?.abort();
    const counting = (this.#counting = new AbortController());
    const here = wanted.filter((one) => !this.#isNarrowed(one));
    const apart = wanted.filter((one) => this.#isNarrowed(one));
    try {
      await Promise.all([
        this.#countIn(shown, here, counting.signal),
        ...apart.map((one) => this.#countApart(one, counting.signal)),
      ]);
    } catch (error) {
      if (counting.signal.aborted || error instanceof Unreachable || error instanceof Refused) return;
      throw error;
    }
  }

  /** All values of a facet in this result. */
  async allValues(facet: string, most: number): Promise<FacetValue[]> {
    const shown = result.shown;
    return shown ? ((await queries.facets(shown.selection, [facet], most))[facet] ?? []) : [];
  }

  #isNarrowed({ field, narrows }: Wanted): boolean {
    return this.lines.some((one) => one.field === field && (!narrows || one.exclude));
  }

  async #countIn({ selection, total }: Shown, wanted: readonly Wanted[], signal: AbortSignal): Promise<void> {
    const keys = [...new Set(wanted.map((one) => one.facet))];
    if (keys.length === 0) return;
    const counts = await queries.facets(selection, keys, MOST_VALUES, { signal });
    for (const { facet, field } of wanted) {
      this.counts.set(field, { values: counts[facet] ?? [], total });
    }
  }

  async #countApart({ facet, field, narrows }: Wanted, signal: AbortSignal): Promise<void> {
    const others = this.lines.filter((one) => one.field !== field || (narrows && !one.exclude));
    const { query } = await queries.makeQuery(others, this.rest);
    const found = await library.search({ q: query, sort: 'date', after: curation.token }, { signal });
    const counts = await queries.facets(found.selection, [facet], MOST_VALUES, { signal });
    this.counts.set(field, { values: counts[facet] ?? [], total: found.total });
  }

  #took(read: queries.Read, q: string): void {
    this.#q = q;
    this.lines = read.filters;
    this.rest = read.rest;
    this.problem = null;
  }
}

export const filter = new Filter();
export { MOST_VALUES };
