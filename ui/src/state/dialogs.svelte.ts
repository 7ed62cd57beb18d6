/** Which dialog of folders, albums, tags, files and models is open; one at a time. */
import type { Album, DeleteHow, Folder, Tag } from '../api/places';
import type { Root } from '../api/types';
import type { Picked } from './picked';

export interface NameAsked {
  title: string;
  label: string;
  value: string;
  action: string;
  hint?: string;
  /** The ending of a file's name stays unselected. */
  stemOnly?: boolean;
  /** Throws what the server refused it with; the dialog says it. */
  submit: (name: string) => Promise<unknown>;
}

export interface Confirmation {
  title: string;
  text: string;
  action: string;
  /** Throws what the server refused it with; the dialog says it. */
  submit: () => Promise<unknown>;
}

/** Names that a folder has already, and what can be done about it. */
export interface Clashing {
  title: string;
  to: Folder;
  names: readonly string[];
  /** How many stay in all, and how many do not clash. */
  stay: number;
  rest: number;
  skip: () => Promise<void>;
  keepBoth: () => Promise<void>;
  replace: (() => Promise<void>) | undefined;
}

export type DialogAsked =
  | ({ kind: 'name' } & NameAsked)
  | ({ kind: 'confirm' } & Confirmation)
  | { kind: 'rename-files'; picked: Picked }
  | { kind: 'move-files'; picked: Picked }
  | ({ kind: 'clash' } & Clashing)
  | { kind: 'delete-files'; picked: Picked | null; how?: DeleteHow }
  | { kind: 'albums'; picked: Picked }
  | { kind: 'tags'; picked: Picked }
  | { kind: 'merge-tags'; tags: readonly Tag[] }
  | { kind: 'smart-album'; album: Album | null; query: string; sort: string }
  | { kind: 'move-folder'; folder: Folder }
  | { kind: 'delete-folder'; folder: Folder }
  | { kind: 'move-root'; root: Root }
  | { kind: 'auto-tag'; run?: number }
  | { kind: 'caption'; run?: number }
  | { kind: 'write-out'; picked: Picked }
  | { kind: 'read-sidecars'; picked: Picked };

class Dialogs {
  open: DialogAsked | null = $state.raw(null);

  show(dialog: DialogAsked): void {
    this.open = dialog;
  }

  close = (): void => {
    this.open = null;
  };
}

export const dialogs = new Dialogs();
