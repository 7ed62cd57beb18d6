/** Backspace: from a folder to the one it lies in. */
import type { Folder } from '../api/places';
import { inFolder } from './query/quote';

/** The query of the folder above the one that a query shows; everything above a root; null where it shows no folder. */
export function parentQuery(folders: readonly Folder[], query: string): string | null {
  const shown = query.trim();
  if (!/^in:/i.test(shown)) return null;
  const folder = folders.find((one) => inFolder(one.path) === shown);
  if (!folder) return null;
  const parent = folders.find((one) => one.id === folder.parent_id);
  return parent ? inFolder(parent.path) : '';
}
