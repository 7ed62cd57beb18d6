/** What one can do with an album, as entries of its menu. */
import type { Album } from '../../api/places';
import { t } from '../../lib/messages.svelte';
import { albums } from '../../state/albums.svelte';
import { dialogs } from '../../state/dialogs.svelte';
import { picked, pickedSelection } from '../../state/picked';
import { result } from '../../state/result.svelte';
import type { MenuEntries } from './rows';

export function newAlbum(): void {
  const chosen = pickedSelection();
  dialogs.show({
    kind: 'name',
    title: t('albums.new-title'),
    label: t('albums.name'),
    value: '',
    action: t('albums.make'),
    hint: chosen ? t('albums.new-hint', { count: chosen.count }) : t('albums.new-hint-empty'),
    submit: (name) => albums.make(name, chosen),
  });
}

export function newSmartAlbum(): void {
  dialogs.show({ kind: 'smart-album', album: null, query: result.q, sort: result.sort });
}

export function renameAlbum(album: Album): void {
  dialogs.show({
    kind: 'name',
    title: t('albums.rename-title', { name: album.name }),
    label: t('albums.name'),
    value: album.name,
    action: t('albums.rename'),
    submit: (name) => albums.rename(album, name),
  });
}

export function deleteAlbum(album: Album): void {
  void albums.remove(album);
}

export function albumMenu(album: Album): MenuEntries {
  const now = picked();
  return [
    ...(album.smart ? smartEntries(album) : plainEntries(album)),
    null,
    {
      label: t('albums.set-cover'),
      run: () => void albums.setCover(album, now?.items[0]?.id ?? null),
      disabled: now?.items.length !== 1,
    },
    { label: t('albums.no-cover'), run: () => void albums.setCover(album, null) },
    null,
    { label: t('albums.rename-menu'), key: 'F2', run: () => renameAlbum(album) },
    { label: t('albums.delete'), key: 'Del', run: () => deleteAlbum(album), danger: true },
  ];
}

function plainEntries(album: Album): MenuEntries {
  const now = pickedSelection();
  return [
    { label: t('albums.add-selection', { count: now?.count ?? 0 }), run: () => now && void albums.add(album, now), disabled: !now },
    { label: t('albums.take-selection', { count: now?.count ?? 0 }), run: () => now && void albums.take(album, now), disabled: !now },
    { label: t('albums.use-for-quick'), key: 'Shift A', run: () => albums.useForQuick(album), disabled: albums.quickId === album.id },
  ];
}

function smartEntries(album: Album): MenuEntries {
  const edit = (): void => dialogs.show({ kind: 'smart-album', album, query: album.query ?? '', sort: album.sort ?? '' });
  return [
    { label: t('albums.edit-search'), run: edit },
    { label: t('albums.convert'), run: () => void albums.convert(album), disabled: album.problem !== null },
  ];
}
