/** What one does with the search field and the filter panel. */
import { filter } from '../filter.svelte';
import { result } from '../result.svelte';
import { search as field, FIELD_ID } from '../search.svelte';
import { searchHistory } from '../searchHistory.svelte';
import type { Command } from './types';

/** Puts the caret into the search field. */
export function focusSearch(): void {
  const input = document.getElementById(FIELD_ID);
  if (input instanceof HTMLInputElement) {
    input.focus();
    input.select();
  }
}

const hasQuery = (): boolean => result.q !== '';

export const search: readonly Command[] = [
  { id: 'search.focus', title: 'search.focus', section: 'search', scope: 'grid', keys: ['/', 'F6'], run: focusSearch },
  { id: 'search.filter', title: 'search.toggle-filter', section: 'search', scope: 'grid', keys: ['ctrl+f'], run: () => filter.toggle() },
  { id: 'search.syntax', title: 'search.syntax', section: 'search', scope: 'grid', keys: ['ctrl+/'], run: () => field.showSyntax() },
  { id: 'search.save', title: 'search.save', section: 'search', scope: 'grid', keys: ['ctrl+s'], when: hasQuery, run: () => (field.saving = 'search') },
  { id: 'search.save-album', title: 'search.save-album', section: 'search', scope: 'grid', keys: [], when: hasQuery, run: () => (field.saving = 'album') },
  { id: 'search.clear', title: 'search.clear', section: 'search', scope: 'grid', keys: [], when: hasQuery, run: () => field.replace('') },
  { id: 'search.clear-filter', title: 'search.clear-filter', section: 'search', scope: 'grid', keys: [], when: () => filter.count > 0, run: () => filter.clear() },
  {
    id: 'search.clear-history',
    title: 'search.clear-history',
    section: 'search',
    keys: [],
    when: () => searchHistory.entries.length > 0,
    run: () => searchHistory.clear(),
  },
];
