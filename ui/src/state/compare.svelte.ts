/** Two to four pictures compared; pairs follow one another while one chooses. */
import { SvelteMap } from 'svelte/reactivity';
import * as library from '../api/library';
import { Refused, Unreachable } from '../api/client';
import type { ImageDetail, Item } from '../api/types';
import { t } from '../lib/messages.svelte';
import { curation } from './curation.svelte';
import { keep, recall } from './kept';
import { result } from './result.svelte';
import { selected } from './selected.svelte';
import { toasts } from './toasts.svelte';
import { viewer, type Stage } from './viewer.svelte';
import { Zoom } from './zoom.svelte';

export const MODES = ['side', 'slider', 'overlay', 'difference'] as const;
export type CompareMode = (typeof MODES)[number];
export type PromptUnit = 'words' | 'tags';

export const MOST = 4;
export const LETTERS = ['A', 'B', 'C', 'D'] as const;
const LOOKED_AT = 50;

const isUnit = (value: unknown): value is PromptUnit => value === 'words' || value === 'tags';
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';

class Compare {
  items: readonly Item[] = $state.raw([]);
  /** Their positions in the result; null for those that are not in it. */
  places: readonly (number | null)[] = $state.raw([]);
  /** The picture that keys act on. */
  active = $state(0);
  /** The picture that A is compared with, where only two can be. */
  other = $state(1);
  mode = $state<CompareMode>('side');
  linked = $state(true);
  /** Where the slider stands, how strongly B lies over A, and how much a difference is strengthened. */
  split = $state(0.5);
  opacity = $state(0.5);
  gain = $state(1);
  readonly zoom = new Zoom();
  readonly zooms: readonly Zoom[] = LETTERS.map(() => new Zoom());
  #unit = $state(recall<PromptUnit>('compare-unit', isUnit, 'words'));
  #changedOnly = $state(recall('compare-changed-only', isBoolean, true));
  readonly details = new SvelteMap<number, ImageDetail>();
  /** Selected pictures still to come, two by two; then the result goes on after the last place. */
  #queue: Item[] = [];
  #fromSelection = false;
  #marked = 0;

  readonly isOpen = $derived(this.items.length > 0);
  readonly isPair = $derived(this.items.length === 2);

  get unit(): PromptUnit {
    return this.#unit;
  }
  set unit(unit: PromptUnit) {
    this.#unit = unit;
    keep('compare-unit', unit);
  }

  get changedOnly(): boolean {
    return this.#changedOnly;
  }
  set changedOnly(changedOnly: boolean) {
    this.#changedOnly = changedOnly;
    keep('compare-changed-only', changedOnly);
  }

  /** What keys do to the zoom of the active picture. */
  stage: Pick<Stage, 'zoomBy' | 'zoomTo' | 'toggleActual' | 'percent'> | null = $state.raw(null);

  readonly canAdd = $derived(this.items.length < MOST && Math.max(-1, ...this.places.map((place) => place ?? -1)) + 1 < result.total);

  get activeItem(): Item | undefined {
    return this.items[this.active];
  }

  zoomOf(index: number): Zoom {
    return this.linked || this.mode !== 'side' ? this.zoom : (this.zooms[index] ?? this.zoom);
  }

  /** Compares what is selected; with less than two, the picture with what follows it. */
  async open(): Promise<void> {
    const items = await this.#chosen();
    if (items.length < 2) {
      toasts.show({ name: 'compare', kind: 'warning', title: t('compare.needs-two'), detail: t('compare.needs-two-detail') });
      return;
    }
    this.zoom.use('fit');
    for (const zoom of this.zooms) zoom.use('fit');
    [this.mode, this.#marked] = ['side', 0];
    this.#show(items);
  }

  close(): void {
    const last = this.activeItem;
    const place = this.places[this.active] ?? selected.focus;
    this.items = [];
    this.#queue = [];
    this.details.clear();
    if (viewer.isOpen || !last) return;
    if (place >= 0) selected.moveFocus(place);
    requestAnimationFrame(() => document.getElementById(`tile-${place}`)?.focus({ preventScroll: true }));
  }

  /** Keeps one of a pair and marks the other for deletion; then the next pair comes. */
  async choose(kept: 0 | 1): Promise<void> {
    const [keeper, other] = [this.items[kept], this.items[1 - kept]];
    if (!this.isPair || !keeper || !other) return;
    if (curation.of(keeper).for_deletion) curation.set([keeper], { for_deletion: false });
    if (!curation.of(other).for_deletion) curation.set([other], { for_deletion: true });
    this.#marked += 1;
    await this.nextPair();
  }

  async nextPair(): Promise<void> {
    const pair = this.#queue.length >= 2 ? this.#queue.splice(0, 2) : this.#fromSelection ? [] : await this.#following();
    if (pair.length === 2) {
      this.#show(pair);
      return;
    }
    const title = t('compare.finished');
    toasts.show({ name: 'compare', kind: 'done', title, detail: t('compare.finished-detail', { count: this.#marked }) });
    this.close();
  }

  /** Makes the next or previous picture the one that keys act on. */
  activate(by: 1 | -1): void {
    this.active = (this.active + by + this.items.length) % this.items.length;
    if (this.active > 0) this.other = this.active;
  }

  swap(): void {
    const [a, b] = [0, this.other];
    const exchanged = <T,>(list: readonly T[]): T[] =>
      list.map((one, at) => (at === a ? list[b] : at === b ? list[a] : one) as T);
    [this.items, this.places] = [exchanged(this.items), exchanged(this.places)];
  }

  /** Puts the picture that follows the last one beside the others. */
  async add(): Promise<void> {
    const [next] = await this.#following(1);
    if (next && this.items.length < MOST) this.#show([...this.items, next], this.active);
  }

  remove(index: number): void {
    if (this.items.length > 2) this.#show(this.items.filter((_, at) => at !== index), Math.min(this.active, this.items.length - 2));
  }

  canStep(index: number, by: 1 | -1): boolean {
    const place = this.places[index];
    return typeof place === 'number' && place + by >= 0 && place + by < result.total;
  }

  /** Exchanges one picture for its neighbour in the result that is not compared already. */
  async step(index: number, by: 1 | -1): Promise<void> {
    let place = (this.places[index] ?? -1) + by;
    while (this.places.includes(place)) place += by;
    const [next] = await rangeOf(place, place + 1);
    if (next) this.#show(this.items.map((item, at) => (at === index ? next : item)), index);
  }

  #show(items: readonly Item[], active = 0): void {
    this.items = items;
    this.active = active;
    if (this.other >= items.length) this.other = 1;
    void this.#locate(items);
    for (const item of items) void this.#describe(item);
  }

  async #locate(items: readonly Item[]): Promise<void> {
    this.places = items.map(() => null);
    const shown = result.shown;
    if (!shown) return;
    const places = await Promise.all(items.map((item) => library.indexOf(shown.selection, item.id).catch(() => null)));
    if (this.items === items) this.places = places;
  }

  async #describe(item: Item): Promise<void> {
    if (this.details.has(item.id)) return;
    try {
      const detail = await library.image(item.id);
      if (this.items.some((one) => one.id === item.id)) this.details.set(item.id, detail);
    } catch (error) {
      if (error instanceof Unreachable) return;
      if (!(error instanceof Refused)) throw error;
      toasts.show({ name: 'compare', kind: 'error', title: t('compare.not-loaded'), detail: error.message });
    }
  }

  async #chosen(): Promise<Item[]> {
    this.#queue = [];
    this.#fromSelection = false;
    const listed = selected.statement ? await selectedFrom(0) : selected.items;
    if (viewer.isOpen && viewer.item) {
      const shown = viewer.item;
      const others = listed.filter((item) => item.id !== shown.id);
      if (others.length > 0 && others.length < MOST) return [shown, ...others];
      return [shown, ...(await neighbourOf(viewer.index))];
    }
    if (listed.length > MOST) {
      this.#fromSelection = !selected.statement; // a whole result is gone through as it stands
      if (this.#fromSelection) this.#queue = listed.slice(2);
      return listed.slice(0, 2);
    }
    if (listed.length >= 2) return listed;
    const [one, at] = [listed[0] ?? selected.focused, selected.focus];
    return one && at >= 0 ? [one, ...(await neighbourOf(at))] : [];
  }

  /** What follows the last of the compared pictures in the result. */
  async #following(count = 2): Promise<Item[]> {
    const last = Math.max(-1, ...this.places.map((place) => place ?? -1));
    return last < 0 ? [] : (await selectedFrom(last + 1)).slice(0, count);
  }
}

async function rangeOf(from: number, to: number): Promise<Item[]> {
  const pages = result.shown?.pages;
  if (!pages || from < 0 || from >= to || to > result.total) return [];
  return pages.range(from, to).catch(() => []);
}

/** The next picture, or the one before the last. */
const neighbourOf = (index: number): Promise<Item[]> =>
  index + 1 < result.total ? rangeOf(index + 1, index + 2) : rangeOf(index - 1, index);

/** Pictures from this place on; with a whole result selected, without the exceptions from it. */
async function selectedFrom(from: number): Promise<Item[]> {
  const items = await rangeOf(from, Math.min(result.total, from + LOOKED_AT));
  return selected.statement ? items.filter((item) => selected.has(item.id)) : items;
}

export const compare = new Compare();
