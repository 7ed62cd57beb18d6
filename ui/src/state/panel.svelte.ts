/** The details panel: which of its leaves is shown, and of which pictures. */
import type { Item } from '../api/types';
import { filter } from './filter.svelte';
import { keep, recall } from './kept';
import { pickedOf, pickedSelection, type Picked } from './picked';
import { selected } from './selected.svelte';
import { view } from './view.svelte';
import { viewer } from './viewer.svelte';

export const TABS = ['details', 'tags', 'workflow', 'raw'] as const;
export type Tab = (typeof TABS)[number];

const isTab = (value: unknown): value is Tab => TABS.some((tab) => tab === value);

class Panel {
  #tab: Tab = $state(recall('panel-tab', isTab, 'details'));
  /** The field of the recipe whose place the raw texts show. */
  why: string | null = $state(null);
  /** Somebody writes a caption. */
  captioning = $state(false);

  /** The one picture that the panel is about; several selected ones have none. */
  readonly item: Item | undefined = $derived(
    viewer.isOpen ? viewer.item : selected.count > 1 ? undefined : selected.focused,
  );
  /** Several selected pictures, which the panel shows together. */
  readonly several: Picked | null = $derived(!viewer.isOpen && selected.count > 1 ? pickedSelection() : null);
  /** All it is about, as requests name it. */
  readonly about: Picked | null = $derived(this.several ?? (this.item ? pickedOf([this.item]) : null));

  get tab(): Tab {
    return this.#tab;
  }

  /** Opens a leaf, and the panel where it is closed or the filter stands in its place. */
  show(tab: Tab): void {
    this.#tab = tab;
    filter.shown = false;
    if (tab !== 'raw') this.why = null;
    keep('panel-tab', tab);
    if (!view.panel) view.togglePanel();
  }

  /** Shows where in the file a value stands; "" for all of them. */
  explain(field: string): void {
    this.show('raw');
    this.why = field || null;
  }

  /** Opens the caption for writing. */
  caption(): void {
    this.show('tags');
    this.captioning = true;
  }
}

export const panel = new Panel();
