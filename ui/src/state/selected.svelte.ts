/** Which pictures are selected, and which one has the focus; two different things. */
import { SvelteMap } from 'svelte/reactivity';
import type { Item } from '../api/types';
import { curation } from './curation.svelte';
import { result } from './result.svelte';
import { toasts } from './toasts.svelte';

const LONGEST_RANGE = 20_000;

class Selected {
  /** Selected pictures; with `everything`, the exceptions from it. */
  #items = new SvelteMap<number, Item>();
  #everything = $state.raw<{ selection: string; total: number } | null>(null);
  /** Position of the focused picture; -1 until somebody chose one. */
  focus = $state(-1);
  #anchor = 0;
  #rangeRun = 0;

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

  /** The picture keys act on when nothing is selected, and the panel shows. */
  readonly focused: Item | undefined = $derived(this.focus >= 0 ? result.shown?.pages.item(this.focus) : undefined);

  /** Selects this picture only. */
  only(index: number): void {
    this.focus = index;
    this.#anchor = index;
    this.clear();
    void this.#addRange(index, index);
  }

  moveFocus(index: number): void {
    this.focus = index;
    this.#anchor = index;
  }

  toggle(index: number): void {
    this.focus = index;
    this.#anchor = index;
    const item = result.shown?.pages.item(index);
    if (!item) return;
    if (!this.#items.delete(item.id)) this.#items.set(item.id, item);
  }

  /** From the anchor to here, in the order of the result. */
  async extend(index: number): Promise<void> {
    this.focus = index;
    const [from, to] = [Math.min(this.#anchor, index), Math.max(this.#anchor, index)];
    if (to - from >= LONGEST_RANGE) {
      toasts.show({ name: 'range', kind: 'warning', title: 'This range is too long', detail: 'Ctrl+A selects the whole result.' });
      return;
    }
    await this.#addRange(from, to, true);
  }

  all(): void {
    const shown = result.shown;
    if (!shown || shown.total === 0) return;
    this.#items.clear();
    this.#everything = { selection: shown.selection, total: shown.total };
  }

  clear(): void {
    this.#rangeRun += 1;
    this.#everything = null;
    this.#items.clear();
  }

  restore(items: readonly Item[]): void {
    this.clear();
    for (const item of items) this.#items.set(item.id, item);
  }

  /** Writes what was changed on this page into the selected pictures, before the changes laid over them are dropped. */
  keepChanges(): void {
    for (const [id, item] of this.#items) this.#items.set(id, { ...item, ...curation.of(item) });
  }

  /** Another result is on the screen: a selection of pictures survives, a statement only with the same query. */
  resultChanged(sameQuery: boolean, focus: number): void {
    this.focus = focus;
    this.#anchor = Math.max(0, focus);
    const shown = result.shown;
    if (!this.#everything || !shown) return;
    if (sameQuery) this.#everything = { selection: shown.selection, total: shown.total };
    else this.clear();
  }

  async #addRange(from: number, to: number, replace = false): Promise<void> {
    this.#rangeRun += 1;
    const run = this.#rangeRun;
    const here = result.shown?.pages.item(from);
    const items = from === to && here ? [here] : await result.shown?.pages.range(from, to + 1);
    if (!items || run !== this.#rangeRun) return;
    if (replace) this.clear();
    for (const item of items) this.#items.set(item.id, item);
  }
}

export const selected = new Selected();
