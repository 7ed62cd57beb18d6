/** Which pictures are selected, and which one has the focus; two different things. */
import { SvelteMap } from 'svelte/reactivity';
import * as library from '../api/library';
import { Refused, Unreachable } from '../api/client';
import type { Item } from '../api/types';
import { t } from '../lib/messages.svelte';
import { curation } from './curation.svelte';
import { result, type Shown } from './result.svelte';
import { toasts } from './toasts.svelte';

const LONGEST_RANGE = 20_000;

/** A picture with its place in the result on the screen; -1 for one outside it. */
export type Placed = readonly [place: number, item: Item];

class Selected {
  /** Selected pictures; with `everything`, the exceptions from it. */
  #items = new SvelteMap<number, Item>();
  /** Where they stand in the result on the screen; those outside it are absent. */
  #places = new Map<number, number>();
  #placed = $state(0);
  #everything = $state.raw<{ selection: string; total: number } | null>(null);
  /** Position of the focused picture; -1 until somebody chose one. */
  focus = $state(-1);
  /** So many selected pictures are not in the result on the screen. */
  outside = $state(0);
  #anchor = 0;
  #run = 0;

  readonly count = $derived(this.#everything ? this.#everything.total - this.#items.size : this.#items.size);

  get statement(): { selection: string; except: ReadonlySet<number> } | null {
    return this.#everything && { selection: this.#everything.selection, except: new Set(this.#items.keys()) };
  }

  /** The selected pictures, where they are a list and not a statement. */
  get items(): Item[] {
    return this.#everything ? [] : [...this.#items.values()];
  }

  has(id: number): boolean {
    return this.#items.has(id) !== (this.#everything !== null);
  }

  /** How many of the places [from, to) are selected. */
  countWithin(from: number, to: number): number {
    void this.#placed; // places are a plain map, read many at a time
    let listed = 0;
    for (const place of this.#places.values()) if (place >= from && place < to) listed += 1;
    return this.#everything ? to - from - listed : listed;
  }

  /** The picture keys act on when nothing is selected, and the panel shows. */
  readonly focused: Item | undefined = $derived(this.focus >= 0 ? result.shown?.pages.item(this.focus) : undefined);

  /** Selects this picture only. */
  only(index: number): void {
    this.moveFocus(index);
    const item = result.shown?.pages.item(index);
    if (item) {
      this.replace([[index, item]]);
      return;
    }
    this.clear();
    void this.#choose(index, index + 1, true);
  }

  moveFocus(index: number): void {
    this.focus = index;
    this.#anchor = index;
  }

  toggle(index: number): void {
    this.moveFocus(index);
    const item = result.shown?.pages.item(index);
    if (item) this.choose([[index, item]], !this.has(item.id));
  }

  /** From the anchor to here, in the order of the result. */
  async extend(index: number): Promise<void> {
    this.focus = index;
    const [from, to] = [Math.min(this.#anchor, index), Math.max(this.#anchor, index) + 1];
    const items = await this.#fetch(from, to);
    if (items) this.replace(items);
  }

  /** Selects these places, or none of them where all are selected. */
  async toggleRange(from: number, to: number): Promise<void> {
    await this.#choose(from, to, this.countWithin(from, to) < to - from);
  }

  all(): void {
    const shown = result.shown;
    if (!shown || shown.total === 0) return;
    this.clear();
    this.#everything = { selection: shown.selection, total: shown.total };
  }

  /** What was selected is not, and the rest of the result is; what was selected outside it is dropped. */
  invert(): void {
    const shown = result.shown;
    if (!shown || shown.total === 0) return;
    this.#run += 1;
    const everything = this.#everything;
    this.#everything = everything ? null : { selection: shown.selection, total: shown.total };
    for (const id of [...this.#items.keys()]) if (!this.#places.has(id)) this.#items.delete(id);
    this.outside = 0;
  }

  clear(): void {
    this.#run += 1;
    this.#everything = null;
    this.#items.clear();
    this.#places.clear();
    this.#placed += 1;
    this.outside = 0;
  }

  /** Selects these pictures, or takes them out; the others stay as they are. */
  choose(pictures: readonly Placed[], on: boolean): void {
    const listed = on === (this.#everything === null);
    for (const [place, item] of pictures) {
      if (listed) {
        this.#items.set(item.id, item);
        if (place >= 0) this.#places.set(item.id, place);
      } else if (this.#items.delete(item.id)) this.#places.delete(item.id);
    }
    this.#placed += 1;
  }

  /** Selects these pictures and no others. */
  replace(pictures: readonly Placed[]): void {
    this.#run += 1;
    this.#everything = null;
    const wanted = new Map(pictures.map(([place, item]) => [item.id, place]));
    for (const id of [...this.#items.keys()]) {
      if (wanted.has(id)) continue;
      this.#items.delete(id);
      this.#places.delete(id);
    }
    this.outside = pictures.filter(([place]) => place < 0).length;
    this.choose(pictures.filter(([, item]) => !this.#items.has(item.id)), true);
  }

  restore(items: readonly Item[]): void {
    this.clear();
    for (const item of items) this.#items.set(item.id, item);
    void this.#locate();
  }

  /** What is selected now, for a rubber band that adds to it; null where that is a statement. */
  get snapshot(): ReadonlyMap<number, Placed> | null {
    if (this.#everything) return null;
    return new Map([...this.#items].map(([id, item]) => [id, [this.#places.get(id) ?? -1, item] as const]));
  }

  /** Writes what was changed on this page into the selected pictures, before the changes laid over them are dropped. */
  keepChanges(): void {
    for (const [id, item] of this.#items) this.#items.set(id, { ...item, ...curation.of(item) });
  }

  /** Another result is on the screen: a selection of pictures survives, a statement only with the same query. */
  resultChanged(sameQuery: boolean, focus: number): void {
    const shown = result.shown;
    // Where the focused picture itself went away, the one that takes its place has the focus.
    const stays = focus < 0 && sameQuery && shown ? Math.min(this.focus, shown.total - 1) : focus;
    this.focus = stays;
    this.#anchor = Math.max(0, stays);
    if (!shown) return;
    if (this.#everything && !sameQuery) this.clear();
    else if (this.#everything) this.#everything = { selection: shown.selection, total: shown.total };
    void this.#locate();
  }

  /** Asks where the listed pictures stand in the result on the screen. */
  async #locate(): Promise<void> {
    const [shown, ids] = [result.shown, [...this.#items.keys()]];
    this.#places.clear();
    if (shown && ids.length > 0) await this.#placeAll(shown, ids);
    else this.outside = 0;
    this.#placed += 1;
  }

  async #placeAll(shown: Shown, ids: number[]): Promise<void> {
    try {
      const places = await library.places(shown.selection, ids);
      if (result.shown !== shown) return;
      ids.forEach((id, at) => {
        const place = places[at];
        if (typeof place === 'number' && this.#items.has(id)) this.#places.set(id, place);
      });
      this.outside = this.#everything ? 0 : this.#items.size - this.#places.size;
    } catch (error) {
      if (!(error instanceof Unreachable) && !(error instanceof Refused)) throw error;
    }
  }

  async #choose(from: number, to: number, on: boolean): Promise<void> {
    const items = await this.#fetch(from, to);
    if (items) this.choose(items, on);
  }

  /** The pictures of these places; null where they are too many, or something else was selected meanwhile. */
  async #fetch(from: number, to: number): Promise<Placed[] | null> {
    if (to - from > LONGEST_RANGE) {
      toasts.show({ name: 'range', kind: 'warning', title: t('selection.too-long'), detail: t('selection.too-long-hint') });
      return null;
    }
    this.#run += 1;
    const run = this.#run;
    const items = await result.shown?.pages.range(from, to);
    if (!items || run !== this.#run) return null;
    return items.map((item, offset) => [from + offset, item]);
  }
}

export const selected = new Selected();
