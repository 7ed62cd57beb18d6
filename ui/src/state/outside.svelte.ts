/**
 * Files dragged in from outside the window. A place that stands for a folder takes them by an attachment; everywhere
 * else they are only looked at (DropInspect.svelte, which also shows the line):
 *
 *     <div {@attach takesFiles(() => folder)}>
 */
import type { Folder } from '../api/places';
import { t } from '../lib/messages.svelte';
import { addFiles } from './adding.svelte';
import { folders } from './folders.svelte';

const MARK = 'data-takes-files';
const places = new WeakMap<Element, () => Folder | null>();

export interface Landing {
  element: Element;
  folder: Folder;
  allowed: boolean;
  /** What will happen, or why nothing will. */
  line: string;
}

/** An attachment that makes an element a place for files from outside; null from `folderOf`: not now. */
export function takesFiles(folderOf: () => Folder | null): (element: Element) => () => void {
  return (element) => {
    places.set(element, folderOf);
    element.setAttribute(MARK, '');
    return () => {
      places.delete(element);
      element.removeAttribute(MARK);
    };
  };
}

/** The folder that files over an element would go to. */
export function landingAt(target: EventTarget | null): Landing | null {
  const element = target instanceof Element ? target.closest(`[${MARK}]`) : null;
  const folder = element ? (places.get(element)?.() ?? null) : null;
  if (!element || !folder) return null;
  const allowed = folders.takes(folder);
  const refused = folder.is_excluded ? 'folders.drop-excluded' : 'folders.drop-offline';
  return { element, folder, allowed, line: allowed ? t('files.drop-add', { name: folder.name }) : t(refused, { name: folder.name }) };
}

/** Puts dropped files into the folder they were dropped on. */
export function land({ folder, allowed }: Landing, files: readonly File[]): void {
  if (allowed) void addFiles(files, folder);
}
