/** The folder tree of the sidebar, from roots and the counts of single folders. */
import type { FacetValue, Root } from '../api/types';
import { inFolder } from './query/quote';

export interface FolderNode {
  path: string;
  name: string;
  count: number;
  query: string;
  offline: boolean;
  children: FolderNode[];
}

interface Growing extends FolderNode {
  byName: Map<string, Growing>;
  exact: FacetValue | null;
}

const separator = (path: string): string => (path.includes('\\') && !path.includes('/') ? '\\' : '/');

const lastPart = (path: string): string => path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;

function node(path: string, name: string, offline: boolean): Growing {
  return { path, name, count: 0, query: inFolder(path), offline, children: [], byName: new Map(), exact: null };
}

export function folderTree(roots: readonly Root[], folders: readonly FacetValue[]): FolderNode[] {
  return roots.map((root) => {
    const path = root.path.replace(/(.)[\\/]+$/, '$1');
    const slash = separator(path);
    const top = node(path, lastPart(path), root.state === 'unavailable');
    for (const folder of folders) {
      const value = folder.value.replace(/(.)[\\/]+$/, '$1');
      if (value === path) top.exact = folder;
      else if (value.startsWith(path + slash)) insert(top, value.slice(path.length + 1), slash, folder);
    }
    const finished = finish(top);
    return { ...finished, count: root.images };
  });
}

function insert(top: Growing, rest: string, slash: string, folder: FacetValue): void {
  let [here, path] = [top, top.path];
  for (const part of rest.split(slash)) {
    path += slash + part;
    let next = here.byName.get(part);
    if (!next) {
      next = node(path, part, top.offline);
      here.byName.set(part, next);
    }
    here = next;
  }
  here.exact = folder;
}

function finish(growing: Growing): FolderNode {
  const children = [...growing.byName.values()].map(finish);
  children.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  const own = growing.exact?.count ?? 0;
  const { path, name, offline } = growing;
  const query = children.length === 0 && growing.exact ? growing.exact.query : growing.query;
  return { path, name, offline, query, children, count: children.reduce((sum, child) => sum + child.count, own) };
}
