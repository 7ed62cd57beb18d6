/** What the sidebar shows of the whole library, whatever the grid shows. */
import * as library from '../api/library';
import * as places from '../api/places';
import { Refused, Unreachable } from '../api/client';
import type { FacetValue, Root } from '../api/types';
import type { MessageKey } from '../lib/messages.svelte';
import { albums } from './albums.svelte';
import { curation } from './curation.svelte';
import { folders } from './folders.svelte';
import { isTexts, keep, recall } from './kept';
import { live, type RootNews } from './live.svelte';
import { models } from './models.svelte';
import { programs } from './otherPrograms.svelte';
import { savedSearches } from './savedSearches.svelte';
import { tags } from './tags.svelte';

export interface Place {
  name: 'all' | 'favorite' | 'unrated' | 'deletion';
  label: MessageKey;
  query: string;
}

export const PLACES: readonly Place[] = [
  { name: 'all', label: 'sidebar.all', query: '' },
  { name: 'favorite', label: 'sidebar.favourites', query: 'favorite:true' },
  { name: 'unrated', label: 'sidebar.unrated', query: 'rating:none' },
  { name: 'deletion', label: 'sidebar.deletion', query: 'deleted:true' },
];

export type SectionName = 'folders' | 'albums' | 'smart' | 'tags' | 'models' | 'saved' | 'generators';

const FACETS = ['generator'] as const;
const PAUSE_MS = 2000;
/** Answers of a large library take long; then it is asked less often. */
const PAUSE_PER_MS = 10;

class Sidebar {
  counts: Partial<Record<Place['name'] | 'prompts', number>> = $state.raw({});
  roots: Root[] = $state.raw([]);
  generators: FacetValue[] = $state.raw([]);
  /** Roots were asked for and answered. */
  known = $state(false);
  /** Sections that are folded. */
  #folded: string[] = $state.raw(recall('folded', isTexts, []));
  #again = false;
  #busy = false;

  isFolded(section: SectionName): boolean {
    return this.#folded.includes(section);
  }

  fold(section: SectionName, folded: boolean): void {
    this.#folded = [...this.#folded.filter((one) => one !== section), ...(folded ? [section] : [])];
    keep('folded', this.#folded);
  }

  /** Brings everything up to date; called often, asks at most every two seconds. */
  async refresh(): Promise<void> {
    if (this.#busy || document.hidden) {
      this.#again = true;
      return;
    }
    this.#busy = true;
    const began = performance.now();
    try {
      await this.now();
    } finally {
      const pause = Math.max(PAUSE_MS, (performance.now() - began) * PAUSE_PER_MS);
      setTimeout(() => this.#rested(), pause);
    }
  }

  /** The same without waiting: somebody has just changed something, and looks here. */
  async now(): Promise<void> {
    try {
      await this.#ask();
    } catch (error) {
      if (!(error instanceof Unreachable) && !(error instanceof Refused)) throw error;
    }
  }

  /** How the roots are. Only a root that came, went, or can or cannot be reached any more changes anything else here. */
  tellRoots(news: readonly RootNews[]): void {
    if (!this.known) return; // they are asked for
    const states = (roots: readonly RootNews[]): string => roots.map(({ id, state }) => `${id} ${state}`).sort().join();
    const isOld = states(news) !== states(this.roots);
    this.roots = this.roots.map((root) => ({ ...root, ...news.find((one) => one.id === root.id) }));
    if (isOld) void this.refresh();
  }

  #rested(): void {
    this.#busy = false;
    if (!this.#again) return;
    this.#again = false;
    void this.refresh();
  }

  async #ask(): Promise<void> {
    this.roots = await library.roots();
    this.known = true;
    const after = curation.token;
    const [all, favorite, unrated, deletion] = await Promise.all(
      PLACES.map(({ query }, index) =>
        library.search({ q: query, sort: 'date', after, ...(index === 0 ? { facets: FACETS } : {}) }),
      ),
    );
    const prompts = await places.countPrompts();
    this.counts = {
      prompts,
      all: all?.total,
      favorite: favorite?.total,
      unrated: unrated?.total,
      deletion: deletion?.total,
    };
    this.generators = all?.facets['generator'] ?? [];
    await Promise.all([folders.refresh(), albums.refresh(), tags.refresh(), models.refresh(), savedSearches.refresh(), programs.refresh()]);
  }
}

export const sidebar = new Sidebar();

live.onPlaces(() => void sidebar.refresh());
live.onRoots((news) => sidebar.tellRoots(news));
