/** What one can do with a folder, as entries of its menu. */
import { copyText } from '../../lib/clipboard';
import type { Folder } from '../../api/places';
import { t } from '../../lib/messages.svelte';
import { dialogs } from '../../state/dialogs.svelte';
import { folders } from '../../state/folders.svelte';
import { programs } from '../../state/otherPrograms.svelte';
import { sayRefusal } from '../../state/refusals';
import type { MenuEntries } from './rows';

export function newFolder(parent: Folder): void {
  dialogs.show({
    kind: 'name',
    title: t('folders.new-in', { name: parent.name }),
    label: t('folders.name'),
    value: '',
    action: t('folders.make'),
    submit: (name) => folders.make(parent, name),
  });
}

export function renameFolder(folder: Folder): void {
  if (folder.parent_id === null) return; // a root is called as its folder is
  dialogs.show({
    kind: 'name',
    title: t('folders.rename-title', { name: folder.name }),
    label: t('folders.name'),
    value: folder.name,
    action: t('folders.rename'),
    hint: t('folders.rename-hint'),
    submit: (name) => folders.rename(folder, name),
  });
}

export function deleteFolder(folder: Folder): void {
  if (folder.parent_id === null) removeRoot(folder);
  else dialogs.show({ kind: 'delete-folder', folder });
}

function removeRoot(folder: Folder): void {
  const root = folders.rootOf(folder);
  if (!root) return;
  dialogs.show({
    kind: 'confirm',
    title: t('folders.remove-root-title', { name: folder.name }),
    text: t('folders.remove-root-text', { count: root.images }),
    action: t('folders.remove-root'),
    submit: () => folders.removeRoot(root, folder.name),
  });
}

export function folderMenu(folder: Folder): MenuEntries {
  const isRoot = folder.parent_id === null;
  const takes = folders.takes(folder);
  const gone = !folder.available || folder.missing;
  return [
    { label: t('folders.scan'), run: () => void folders.scan(folder, false), disabled: gone || folder.is_excluded },
    { label: t('folders.read-again'), run: () => void folders.scan(folder, true), disabled: gone || folder.is_excluded },
    null,
    { label: t('folders.new'), run: () => newFolder(folder), disabled: !takes },
    ...(isRoot
      ? []
      : [
          { label: t('folders.rename-menu'), key: 'F2', run: () => renameFolder(folder), disabled: gone },
          { label: t('folders.move-menu'), run: () => dialogs.show({ kind: 'move-folder', folder }), disabled: gone },
          { label: t('folders.delete-menu'), key: 'Del', run: () => deleteFolder(folder), danger: true, disabled: gone },
        ]),
    null,
    ...marks(folder),
    null,
    { label: t('folders.copy-path'), run: () => void copyText(folder.path) },
    ...(programs.here ? [{ label: t('folders.show-in-manager'), run: () => void folders.showInFileManager(folder), disabled: gone }] : []),
    ...(isRoot ? [null, ...rootEntries(folder)] : []),
  ];
}

function marks(folder: Folder): MenuEntries {
  const exclude = (reach: 'no' | 'folder' | 'tree') => (): void => void folders.exclude(folder, reach);
  const archive = (reach: 'no' | 'folder' | 'tree') => (): void => void folders.archive(folder, reach);
  return [
    ...(folder.excluded === 'no'
      ? [
          { label: t('folders.exclude'), run: exclude('folder') },
          { label: t('folders.exclude-tree'), run: exclude('tree') },
        ]
      : [{ label: t('folders.include'), run: exclude('no') }]),
    ...(folder.archived === 'no'
      ? [
          { label: t('folders.archive'), run: archive('folder') },
          { label: t('folders.archive-tree'), run: archive('tree') },
        ]
      : [{ label: t('folders.unarchive'), run: archive('no') }]),
  ];
}

function rootEntries(folder: Folder): MenuEntries {
  const root = folders.rootOf(folder);
  if (!root) return [];
  const change = (values: { watched?: boolean; recursive?: boolean }) => (): void => {
    folders.changeRoot(root, values).catch((error: unknown) => {
      sayRefusal(t('folders.not-changed', { name: folder.name }), error);
    });
  };
  return [
    { label: t(root.watched ? 'folders.unwatch' : 'folders.watch'), run: change({ watched: !root.watched }) },
    { label: t(root.recursive ? 'folders.flat' : 'folders.recursive'), run: change({ recursive: !root.recursive }) },
    { label: t('folders.new-place'), run: () => dialogs.show({ kind: 'move-root', root }) },
    { label: t('folders.remove-root-menu'), key: 'Del', run: () => removeRoot(folder), danger: true },
  ];
}
