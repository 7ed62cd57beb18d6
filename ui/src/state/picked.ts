/** The pictures that an action is about: the active one in compare, the shown one in the viewer, else the selection, else the focused one. */
import type { Item } from '../api/types';
import { compare } from './compare.svelte';
import { selected } from './selected.svelte';
import { viewer } from './viewer.svelte';

/** How a request names pictures: by number, or a whole result but for some. */
export type Named = { image_ids: number[] } | { selection: string; except: number[] };

export interface Picked {
  count: number;
  /** The pictures themselves, where they are known: not those of a statement about a whole result. */
  items: readonly Item[];
  /** The part of a request's body that names them: `{ ...picked.named, to: … }`. */
  named: Named;
}

export const pickedOf = (items: readonly Item[]): Picked => ({
  count: items.length,
  items,
  named: { image_ids: items.map((item) => item.id) },
});

/** What is selected, as a statement or as a list; null when nothing is. */
export function pickedSelection(): Picked | null {
  if (selected.count === 0) return null;
  const statement = selected.statement;
  if (!statement) return pickedOf(selected.items);
  const named = { selection: statement.selection, except: [...statement.except] };
  return { count: selected.count, items: [], named };
}

/** What an action is about now; null when there is no picture. */
export function picked(): Picked | null {
  if (compare.isOpen) return compare.activeItem ? pickedOf([compare.activeItem]) : null;
  const one = viewer.isOpen ? viewer.item : selected.count === 0 ? selected.focused : undefined;
  if (one) return pickedOf([one]);
  return viewer.isOpen ? null : pickedSelection();
}
