/** What keys and buttons do to pictures: on the selection, else on the focused one, in the viewer on the shown one. */
import type { Change, Item } from '../api/types';
import { autoAdvance } from './autoAdvance.svelte';
import { compare } from './compare.svelte';
import { curation } from './curation.svelte';
import { journal } from './journal.svelte';
import { selected } from './selected.svelte';
import { viewer } from './viewer.svelte';

function targets(): Item[] {
  if (compare.isOpen) return compare.activeItem ? [compare.activeItem] : [];
  if (viewer.isOpen) return viewer.item ? [viewer.item] : [];
  if (selected.count === 0) return selected.focused ? [selected.focused] : [];
  return selected.items;
}

function apply(decide: (items: readonly Item[]) => Change): void {
  const statement = viewer.isOpen || compare.isOpen ? null : selected.statement;
  if (statement) {
    const sample = selected.focused;
    curation.setAll(statement.selection, statement.except, decide(sample ? [sample] : []));
    return;
  }
  const items = targets();
  if (items.length === 0) return;
  const change = decide(items);
  curation.set(items, change);
  if (items.length === 1 && !compare.isOpen && judges(change)) autoAdvance.after();
}

/** Something was said of the picture, not taken back. */
const judges = (change: Change): boolean => Object.values(change).some((value) => value !== null && value !== false);

const all = (items: readonly Item[], holds: (item: Item) => boolean): boolean => items.length > 0 && items.every(holds);

/** Rates; the rating they all have already is cleared. */
export const rate = (rating: number): void =>
  apply((items) => ({ rating: all(items, (item) => curation.of(item).rating === rating) ? null : rating }));

export const clearRating = (): void => apply(() => ({ rating: null }));

export const toggleFavorite = (): void =>
  apply((items) => ({ favorite: !all(items, (item) => curation.of(item).favorite) }));

export const toggleNsfw = (): void => apply((items) => ({ nsfw: !all(items, (item) => curation.of(item).nsfw) }));

export const toggleDeletion = (): void =>
  apply((items) => ({ for_deletion: !all(items, (item) => curation.of(item).for_deletion) }));

export const undo = (): Promise<void> => journal.undo();

export const redo = (): Promise<void> => journal.redo();
