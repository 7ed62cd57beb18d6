/** Saved searches in the person's own order. */
import * as places from '../api/places';
import type { SavedQuery } from '../api/places';
import { t } from '../lib/messages.svelte';
import { address } from './address.svelte';
import { journal } from './journal.svelte';
import { sayRefusal } from './refusals';

class SavedSearches {
  list: readonly SavedQuery[] = $state.raw([]);

  async refresh(): Promise<void> {
    this.list = await places.savedQueries();
  }

  run(saved: SavedQuery): void {
    void address.search(saved.query, saved.sort ?? undefined);
  }

  async rename(saved: SavedQuery, name: string): Promise<void> {
    journal.wrote(t('sidebar.saved-renamed', { name }), await places.renameSavedQuery(saved.id, name));
    await this.refresh();
  }

  async remove(saved: SavedQuery): Promise<void> {
    await this.#try(async () => {
      journal.wrote(t('sidebar.saved-deleted', { name: saved.name }), await places.deleteSavedQuery(saved.id));
    });
  }

  /** Shown at once. */
  async place(saved: SavedQuery, before: SavedQuery | null): Promise<void> {
    const others = this.list.filter((one) => one.id !== saved.id);
    const at = before ? others.findIndex((one) => one.id === before.id) : others.length;
    this.list = others.toSpliced(at, 0, saved);
    await this.#try(async () => {
      journal.wrote(t('sidebar.saved-placed', { name: saved.name }), await places.placeSavedQuery(saved.id, before?.id ?? null), { quiet: true });
    });
  }

  /** Run at every start; the same one again: none is. */
  async toggleDefault(saved: SavedQuery): Promise<void> {
    await this.#try(() => places.setDefaultQuery(saved.is_default ? null : saved.id));
  }

  async #try(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      sayRefusal(t('sidebar.saved-not-changed'), error);
    }
    await this.refresh();
  }
}

export const savedSearches = new SavedSearches();
