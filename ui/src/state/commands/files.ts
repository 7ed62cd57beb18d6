/** What one does with files on disk. */
import { dialogs } from '../dialogs.svelte';
import { files as fileActions } from '../files.svelte';
import { picked, type Picked } from '../picked';
import { programs } from '../otherPrograms.svelte';
import { sidebar } from '../sidebar.svelte';
import type { Command } from './types';

const hasPictures = (): boolean => picked() !== null;

const withPictures = (act: (pictures: Picked) => void) => (): void => {
  const now = picked();
  if (now) act(now);
};

const MOST_PROGRAMS = 10;

/** Shift and a digit: the first ten programs of the list in the settings. */
const openers: readonly Command[] = Array.from({ length: MOST_PROGRAMS }, (_, index) => ({
  id: `files.program-${index + 1}`,
  title: 'files.command-program',
  get values() {
    return { name: programs.names[index] ?? '' };
  },
  section: 'files',
  keys: [`shift+${(index + 1) % MOST_PROGRAMS}`],
  when: () => programs.here && index < programs.names.length && (picked()?.items.length ?? 0) > 0,
  run: () => void programs.open(programs.names[index] ?? '', picked()?.items ?? []),
  onSelection: true,
}));

export const files: readonly Command[] = [
  { id: 'files.rename', title: 'files.command-rename', section: 'files', keys: ['F2'], when: hasPictures, run: withPictures((pictures) => dialogs.show({ kind: 'rename-files', picked: pictures })), onSelection: true },
  { id: 'files.move', title: 'files.command-move', section: 'files', keys: ['m'], when: hasPictures, run: withPictures((pictures) => dialogs.show({ kind: 'move-files', picked: pictures })), onSelection: true },
  { id: 'files.delete', title: 'files.command-delete', section: 'files', keys: ['shift+Delete'], when: hasPictures, run: withPictures((pictures) => dialogs.show({ kind: 'delete-files', picked: pictures })), onSelection: true },
  { id: 'files.remove', title: 'files.command-remove', section: 'files', keys: ['ctrl+Delete'], when: hasPictures, run: withPictures((pictures) => dialogs.show({ kind: 'delete-files', picked: pictures, how: 'entry' })), onSelection: true },
  { id: 'files.read-again', title: 'files.command-read-again', section: 'files', keys: [], when: hasPictures, run: withPictures((pictures) => void fileActions.readAgain(pictures)), onSelection: true },
  {
    id: 'files.show', title: 'files.command-show', section: 'files', keys: [], onSelection: true,
    when: () => programs.here && picked()?.items.length === 1,
    run: () => {
      const item = picked()?.items[0];
      if (item) void fileActions.showInFileManager(item.id);
    },
  },
  {
    id: 'files.empty', title: 'files.command-empty', section: 'files', keys: [],
    when: () => (sidebar.counts.deletion ?? 0) > 0,
    run: () => dialogs.show({ kind: 'delete-files', picked: null }),
  },
  ...openers,
];
