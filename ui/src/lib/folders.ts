/** The folders of the library as a tree, and the rows of it that are to be seen. */
import type { Folder } from '../api/places';

export interface FolderTree {
  readonly byId: ReadonlyMap<number, Folder>;
  /** Children by parent, in natural order; roots stand under null. */
  readonly children: ReadonlyMap<number | null, readonly Folder[]>;
}

export interface FolderRow {
  readonly folder: Folder;
  readonly level: number;
  /** Undefined where nothing lies in it. */
  readonly open: boolean | undefined;
}

const NONE: readonly Folder[] = [];
const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

export function folderTree(folders: readonly Folder[]): FolderTree {
  const byId = new Map(folders.map((folder) => [folder.id, folder]));
  const children = new Map<number | null, Folder[]>();
  for (const folder of folders) {
    const parent = folder.parent_id !== null && byId.has(folder.parent_id) ? folder.parent_id : null;
    const siblings = children.get(parent);
    if (siblings) siblings.push(folder);
    else children.set(parent, [folder]);
  }
  for (const siblings of children.values()) siblings.sort((a, b) => collator.compare(a.name, b.name));
  return { byId, children };
}

/** The rows to be seen: what lies in open folders; with a text, what has it in its name, and the way there. */
export function folderRows(tree: FolderTree, isOpen: (folder: Folder) => boolean, text = ''): FolderRow[] {
  const found = text.trim() ? matching(tree, text.trim().toLocaleLowerCase()) : null;
  const rows: FolderRow[] = [];
  const add = (parent: number | null, level: number): void => {
    for (const folder of tree.children.get(parent) ?? NONE) {
      if (found && !found.has(folder.id)) continue;
      const inner = tree.children.get(folder.id) ?? NONE;
      const shown = found ? inner.some((child) => found.has(child.id)) : inner.length > 0;
      const open = shown ? found !== null || isOpen(folder) : undefined;
      rows.push({ folder, level, open });
      if (open) add(folder.id, level + 1);
    }
  };
  add(null, 0);
  return rows;
}

function matching(tree: FolderTree, text: string): Set<number> {
  const found = new Set<number>();
  for (const folder of tree.byId.values()) {
    if (!folder.name.toLocaleLowerCase().includes(text)) continue;
    for (const one of wayTo(tree, folder)) found.add(one.id);
  }
  return found;
}

/** A folder and those above it, from below. */
export function wayTo(tree: FolderTree, folder: Folder): Folder[] {
  const way: Folder[] = [];
  for (let here: Folder | undefined = folder; here; here = here.parent_id === null ? undefined : tree.byId.get(here.parent_id)) {
    way.push(here);
  }
  return way;
}

/** True where a folder lies in another one, or is it. */
export const isWithin = (tree: FolderTree, folder: Folder, id: number): boolean =>
  wayTo(tree, folder).some((one) => one.id === id);

/** Folders for a list to choose from: those whose whole path has all words, the best first. */
export function findFolders(folders: readonly Folder[], text: string, most: number): Folder[] {
  const words = text.toLocaleLowerCase().split(/[\s/\\]+/).filter(Boolean);
  if (words.length === 0) return folders.slice(0, most);
  const last = words.at(-1) ?? '';
  const ranked: [number, Folder][] = [];
  for (const folder of folders) {
    const path = folder.path.toLocaleLowerCase();
    if (!words.every((word) => path.includes(word))) continue;
    const name = folder.name.toLocaleLowerCase();
    ranked.push([name === last ? 0 : name.startsWith(last) ? 1 : name.includes(last) ? 2 : 3, folder]);
  }
  return ranked
    .sort(([a, one], [b, other]) => a - b || one.path.length - other.path.length)
    .slice(0, most)
    .map(([, folder]) => folder);
}
