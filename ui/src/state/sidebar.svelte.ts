/** Counts of the sidebar: of the whole library, whatever the grid shows. */
import * as library from '../api/library';
import { Refused, Unreachable } from '../api/client';
import type { FacetValue, Root } from '../api/types';
import { folderTree, type FolderNode } from '../lib/folders';
import { curation } from './curation.svelte';

export interface Place {
  name: 'all' | 'favorite' | 'unrated' | 'deletion';
  label: string;
  query: string;
}

export const PLACES: readonly Place[] = [
  { name: 'all', label: 'All images', query: '' },
  { name: 'favorite', label: 'Favourites', query: 'favorite:true' },
  { name: 'unrated', label: 'Unrated', query: 'rating:none' },
  { name: 'deletion', label: 'For deletion', query: 'deleted:true' },
];

const FACETS = ['model', 'generator'] as const;
/** The counts of a folder tree need all of them. */
const MOST_FOLDERS = 100_000;
const PAUSE_MS = 2000;

class Sidebar {
  counts: Partial<Record<Place['name'], number>> = $state.raw({});
  roots: Root[] = $state.raw([]);
  folders: FacetValue[] = $state.raw([]);
  models: FacetValue[] = $state.raw([]);
  generators: FacetValue[] = $state.raw([]);
  /** Roots were asked for and answered. */
  known = $state(false);
  #again = false;
  #busy = false;
  #unknownFields = new Set<Place['name']>();

  readonly tree: FolderNode[] = $derived(folderTree(this.roots, this.folders));

  /** Brings the counts up to date; called often, asks at most every two seconds. */
  async refresh(): Promise<void> {
    if (this.#busy || document.hidden) {
      this.#again = true;
      return;
    }
    this.#busy = true;
    try {
      await this.#ask();
    } catch (error) {
      if (!(error instanceof Unreachable) && !(error instanceof Refused)) throw error;
    }
    setTimeout(() => {
      this.#busy = false;
      if (!this.#again) return;
      this.#again = false;
      void this.refresh();
    }, PAUSE_MS);
  }

  async #ask(): Promise<void> {
    this.roots = await library.roots();
    this.known = true;
    const after = curation.token;
    const all = await library.search({ q: '', sort: 'date', after, facets: FACETS });
    this.folders = await library.facet(all.selection, 'folder', MOST_FOLDERS);
    this.models = all.facets['model'] ?? [];
    this.generators = all.facets['generator'] ?? [];
    const counts: Partial<Record<Place['name'], number>> = { all: all.total };
    for (const place of PLACES) {
      if (place.name === 'all' || this.#unknownFields.has(place.name)) continue;
      try {
        counts[place.name] = (await library.search({ q: place.query, sort: 'date', after })).total;
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        this.#unknownFields.add(place.name); // a server that does not know this field yet
      }
    }
    this.counts = counts;
  }
}

export const sidebar = new Sidebar();
