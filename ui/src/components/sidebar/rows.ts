/** What the lists of the sidebar are made of. */
import type { Component } from 'svelte';
import type { Folder } from '../../api/places';
import type { DropTarget } from '../../state/dragging.svelte';

export type Icon = Component<{ size?: number; strokeWidth?: number; 'aria-hidden'?: 'true' }>;

export interface Mark {
  icon: Icon;
  /** Said in the tooltip, and to who cannot see the mark. */
  words: string;
}

export interface SideItem {
  readonly key: string;
  readonly label: string;
  readonly icon: Icon;
  /** Address of a small picture in the icon's place. */
  readonly cover?: string | undefined;
  readonly title?: string | undefined;
  readonly count?: number | undefined;
  readonly current: boolean;
  readonly level?: number;
  /** Undefined where nothing lies in it. */
  readonly open?: boolean | undefined;
  readonly struck?: boolean;
  readonly muted?: boolean;
  readonly marks?: readonly Mark[];
  readonly drop?: DropTarget | undefined;
  /** Files from outside go to it. */
  readonly folder?: Folder;
}

export interface MenuAction {
  readonly label: string;
  readonly run: () => void;
  readonly key?: string;
  readonly danger?: boolean;
  readonly disabled?: boolean;
}

/** Entries of a context menu; null is a line. */
export type MenuEntries = readonly (MenuAction | null)[];
