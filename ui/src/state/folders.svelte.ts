/** The folders of the library, which of them stand open, and what one does with them. */
import * as library from '../api/library';
import * as places from '../api/places';
import type { Folder, Reach } from '../api/places';
import type { Root } from '../api/types';
import { folderTree, isWithin, type FolderTree } from '../lib/folders';
import { t, type MessageKey } from '../lib/messages.svelte';
import { inFolder } from '../lib/query/quote';
import { isNumbers, keep, recall } from './kept';
import { journal } from './journal.svelte';
import { sayRefusal } from './refusals';
import { sidebar } from './sidebar.svelte';
import { toasts } from './toasts.svelte';

const MOST_RECENT = 6;

class Folders {
  list: readonly Folder[] = $state.raw([]);
  #opened: readonly number[] = $state.raw(recall('opened-folders', isNumbers, []));
  /** Folders that pictures were moved to, the last one first. */
  #recent: readonly number[] = $state.raw(recall('recent-folders', isNumbers, []));

  readonly tree: FolderTree = $derived(folderTree(this.list));
  readonly #open = $derived(new Set(this.#opened));
  readonly recent: readonly Folder[] = $derived(
    this.#recent.flatMap((id) => {
      const folder = this.tree.byId.get(id);
      return folder ? [folder] : [];
    }),
  );

  async refresh(): Promise<void> {
    this.list = await places.folders();
  }

  /** Roots are open until somebody closes them; other folders are closed. Both are kept as one list of exceptions. */
  isOpen = (folder: Folder): boolean => this.#open.has(folder.id) !== (folder.parent_id === null);

  toggle(folder: Folder, open: boolean): void {
    if (this.isOpen(folder) === open) return;
    const others = this.#opened.filter((id) => id !== folder.id);
    this.#opened = others.length === this.#opened.length ? [...others, folder.id] : others;
    keep('opened-folders', this.#opened);
  }

  query = (folder: Folder): string => inFolder(folder.path);

  /** The folder that a query shows. */
  shown = (query: string): Folder | null => this.list.find((folder) => this.query(folder) === query) ?? null;

  rootOf(folder: Folder): Root | undefined {
    return sidebar.roots.find((root) => root.id === folder.root_id);
  }

  /** Where pictures may go: the folder can be reached, and the library takes in what lies in it. */
  takes = (folder: Folder): boolean => folder.available && !folder.missing && !folder.is_excluded;

  moved(to: Folder): void {
    this.#recent = [to.id, ...this.#recent.filter((id) => id !== to.id)].slice(0, MOST_RECENT);
    keep('recent-folders', this.#recent);
  }

  /** Makes a folder; throws what the server refused it with. */
  async make(parent: Folder, name: string): Promise<number | null> {
    const written = await places.makeFolder(parent.id, name);
    this.toggle(parent, true);
    await this.#wrote(t('folders.made', { name }), written);
    return written.folder_id;
  }

  async rename(folder: Folder, name: string): Promise<void> {
    await this.#wrote(t('folders.renamed', { name }), await places.changeFolder(folder.id, { name }));
  }

  async moveInto(folder: Folder, to: Folder): Promise<void> {
    const written = await places.changeFolder(folder.id, { to_folder_id: to.id });
    this.toggle(to, true);
    await this.#wrote(t('folders.moved', { name: folder.name, to: to.name }), written);
  }

  async remove(folder: Folder, forGood: boolean): Promise<void> {
    const written = await places.deleteFolder(folder.id, forGood);
    await this.#wrote(t(forGood ? 'folders.deleted' : 'folders.binned', { name: folder.name }), written);
  }

  canMoveInto = (folder: Folder, to: Folder): boolean =>
    this.takes(to) && to.id !== folder.parent_id && !isWithin(this.tree, to, folder.id);

  async exclude(folder: Folder, reach: Reach): Promise<void> {
    const title: MessageKey = reach === 'no' ? 'folders.included' : 'folders.excluded';
    await this.#mark(folder, title, () => places.markFolders([folder.id], { excluded: reach }, reach === 'no'));
  }

  async archive(folder: Folder, reach: Reach): Promise<void> {
    const title: MessageKey = reach === 'no' ? 'folders.unarchived' : 'folders.archived';
    await this.#mark(folder, title, () => places.markFolders([folder.id], { archived: reach }, reach === 'no'));
  }

  async #mark(folder: Folder, title: MessageKey, write: () => Promise<places.FolderWritten>): Promise<void> {
    try {
      await this.#wrote(t(title, { name: folder.name }), await write());
    } catch (error) {
      sayRefusal(t('folders.not-changed', { name: folder.name }), error);
    }
  }

  /** Looks for new files; `again` reads also what was read before. */
  async scan(folder: Folder, again: boolean): Promise<void> {
    try {
      await places.scanFolders([folder.id], again);
    } catch (error) {
      sayRefusal(t('folders.not-scanned', { name: folder.name }), error);
    }
  }

  async showInFileManager(folder: Folder): Promise<void> {
    try {
      await places.openInFileManager({ folder_id: folder.id });
    } catch (error) {
      sayRefusal(t('folders.not-shown', { name: folder.name }), error);
    }
  }

  /** Throws what the server refused it with. */
  async changeRoot(root: Root, change: Parameters<typeof places.changeRoot>[1]): Promise<void> {
    const changed = await places.changeRoot(root.id, change);
    sidebar.roots = sidebar.roots.map((one) => (one.id === root.id ? changed : one));
    void sidebar.refresh();
  }

  /** Takes a root out of the library; its files stay. */
  async removeRoot(root: Root, name: string): Promise<void> {
    await places.removeRoot(root.id);
    sidebar.roots = sidebar.roots.filter((one) => one.id !== root.id);
    this.list = this.list.filter((folder) => folder.root_id !== root.id);
    toasts.show({ name: 'done', kind: 'done', title: t('folders.root-removed', { name }) });
    void sidebar.refresh();
  }

  async #wrote(title: string, written: places.FolderWritten): Promise<void> {
    const kind = written.message ? ({ kind: 'warning', detail: written.message } as const) : {};
    journal.wrote(title, written, kind);
    await this.refresh();
  }
}

export const folders = new Folders();

/** Adds a folder to the library and starts its scan; throws what the server refused it with. */
export async function addFolder(path: string): Promise<void> {
  const root = await library.addRoot(path.trim());
  await library.startScan([root.id]);
  sidebar.known = true;
  sidebar.roots = [...sidebar.roots.filter((other) => other.id !== root.id), root];
  void sidebar.refresh();
}
