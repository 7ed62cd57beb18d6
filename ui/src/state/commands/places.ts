/** What one does in folders, albums, tags and the other places. */
import { address } from '../address.svelte';
import { albums } from '../albums.svelte';
import { dialogs } from '../dialogs.svelte';
import { folders } from '../folders.svelte';
import { parentQuery } from '../../lib/parentFolder';
import { picked, type Picked } from '../picked';
import { result } from '../result.svelte';
import { PLACES, sidebar } from '../sidebar.svelte';
import { view } from '../view.svelte';
import * as library from '../../api/library';
import type { MessageKey } from '../../lib/messages.svelte';
import type { PageName } from '../../lib/route';
import type { Command } from './types';

const hasPictures = (): boolean => picked() !== null;

const withPictures = (act: (pictures: Picked) => void) => (): void => {
  const now = picked();
  if (now) act(now);
};

function goTo(place: (typeof PLACES)[number]['name'], title: MessageKey, keys: string[]): Command {
  return {
    id: `go.${place}`, title, section: 'go', keys,
    run: () => void address.search(PLACES.find((one) => one.name === place)?.query ?? ''),
  };
}

const openPage = (page: PageName, title: MessageKey, keys: string[]): Command => ({
  id: `go.${page}`, title, section: 'go', keys, run: () => address.openPage(page),
});

/** The tree of folders gets the focus. */
async function goToFolders(): Promise<void> {
  if (!view.sidebar) view.toggleSidebar();
  sidebar.fold('folders', false);
  await new Promise(requestAnimationFrame);
  document.querySelector<HTMLElement>('[data-section="folders"] [role=treeitem][tabindex="0"]')?.focus();
}

export const places: readonly Command[] = [
  { id: 'albums.add', title: 'albums.command-add', section: 'organise', keys: ['a'], when: hasPictures, onSelection: true, run: withPictures((pictures) => dialogs.show({ kind: 'albums', picked: pictures })) },
  { id: 'albums.quick', title: 'albums.command-quick', section: 'organise', keys: ['shift+a'], when: hasPictures, onSelection: true, run: withPictures((pictures) => void albums.toggleQuick(pictures)) },
  { id: 'tags.edit', title: 'tags.command-edit', section: 'organise', keys: ['t'], when: hasPictures, onSelection: true, run: withPictures((pictures) => dialogs.show({ kind: 'tags', picked: pictures })) },
  goTo('all', 'sidebar.command-all', ['g a']),
  goTo('favorite', 'sidebar.command-favourites', ['g f']),
  goTo('deletion', 'sidebar.command-deletion', ['g d']),
  goTo('unrated', 'sidebar.command-unrated', ['g u']),
  openPage('prompts', 'sidebar.command-prompts', ['g p']),
  openPage('models', 'sidebar.command-models', ['g m']),
  openPage('albums', 'sidebar.command-albums', ['g l']),
  openPage('tags', 'sidebar.command-tags', ['g g']),
  openPage('history', 'sidebar.command-history', ['g h']),
  { id: 'go.folders', title: 'sidebar.command-folders', section: 'go', keys: ['g t'], run: () => void goToFolders() },
  {
    id: 'go.parent', title: 'sidebar.command-parent', section: 'go', scope: 'grid', keys: ['Backspace'],
    when: () => parentQuery(folders.list, result.q) !== null,
    run: () => void address.search(parentQuery(folders.list, result.q) ?? ''),
  },
  { id: 'go.back-to-grid', title: 'sidebar.command-close-page', section: 'go', scope: 'page', keys: ['Escape'], run: () => address.openPage(undefined) },
  { id: 'folders.add', title: 'folders.add', section: 'app', keys: [], run: () => (view.addingFolder = true) },
  { id: 'folders.scan-all', title: 'folders.command-scan', section: 'app', keys: [], run: () => void library.startScan() },
];
