/** What lies on top: its keys come first. */
import { viewer } from '../viewer.svelte';
import type { Scope } from './types';

/** A part of the page that lies over the others names itself with `data-scope="compare"`; the last one wins. */
export function currentScope(): Exclude<Scope, 'everywhere'> {
  const named = [...document.querySelectorAll<HTMLElement>('[data-scope]')].at(-1)?.dataset.scope;
  if (named === 'compare' || named === 'viewer' || named === 'page') return named;
  return viewer.isOpen ? 'viewer' : 'grid';
}
