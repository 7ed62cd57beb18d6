/** Keys of the page. None fires in a text field, in a menu or in a dialog other than the viewer. */
import { ratingOfKey } from '../lib/keys';
import * as locate from '../lib/layout/locate';
import type { Mode } from '../lib/layout/rows';
import * as actions from './actions';
import { address } from './address.svelte';
import { grid } from './grid.svelte';
import { result } from './result.svelte';
import { selected } from './selected.svelte';
import { view } from './view.svelte';
import { viewer } from './viewer.svelte';

const TYPING = 'input:not([type=range]), textarea, select, [contenteditable]';
const ELSEWHERE = '[role=menu], [role=listbox], [data-dialog]';
const MODES: readonly Mode[] = ['square', 'justified', 'list'];
const SIZE_STEP = 1.15;

type Command = (event: KeyboardEvent) => void;

export function focusSearch(): void {
  const field = document.getElementById('search-field');
  if (field instanceof HTMLInputElement) {
    field.focus();
    field.select();
  }
}

const everywhere: Record<string, Command> = {
  f: actions.toggleFavorite,
  n: actions.toggleNsfw,
  x: actions.toggleDeletion,
  Delete: actions.toggleDeletion,
  '~': actions.clearRating,
  '`': actions.clearRating,
  'ctrl+z': () => void actions.undo(),
  i: () => view.togglePanel(),
  F4: () => view.togglePanel(),
  '?': () => (view.keysShown = true),
};

const inGrid: Record<string, Command> = {
  '/': focusSearch,
  F6: focusSearch,
  F3: () => view.toggleSidebar(),
  'ctrl+a': () => selected.all(),
  '-': () => view.resize(view.target / SIZE_STEP),
  '+': () => view.resize(view.target * SIZE_STEP),
  '=': () => view.resize(view.target * SIZE_STEP),
  l: () => view.setMode(MODES[(MODES.indexOf(view.mode) + 1) % MODES.length] ?? 'justified'),
  Escape: escape,
};

function escape(): void {
  if (view.drawer !== 'none') view.drawer = 'none';
  else selected.clear();
}

/** Called by the window; true when the key was ours. */
export function handleKey(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.isComposing || event.altKey) return false;
  const target = event.target instanceof Element ? event.target : document.body;
  if (target.closest(TYPING) || target.closest(ELSEWHERE) || view.keysShown || view.addingFolder) return false;
  const onButton = target.closest('button, a, summary, input') !== null;
  if (onButton && (event.key === 'Enter' || event.key === ' ')) return false;
  if (target instanceof HTMLInputElement && /^(Arrow|Home|End|Page)/.test(event.key)) return false;
  return runRating(event) || runTable(event) || (!viewer.isOpen && move(event));
}

function runRating(event: KeyboardEvent): boolean {
  const rating = event.ctrlKey || event.metaKey || event.shiftKey ? null : ratingOfKey(event.key);
  if (rating === null) return false;
  actions.rate(rating);
  return true;
}

function runTable(event: KeyboardEvent): boolean {
  const modified = event.ctrlKey || event.metaKey;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const name = modified ? `ctrl+${key}` : key;
  const command = everywhere[name] ?? (viewer.isOpen ? undefined : inGrid[name]);
  if (!command) return false;
  command(event);
  return true;
}

/** Arrows and their like move the focus and the selection; with Ctrl the focus only, with Shift they extend. */
export function move(event: KeyboardEvent): boolean {
  if (result.total === 0) return false;
  const at = Math.max(0, selected.focus);
  if (event.key === 'Enter') {
    address.openViewer(at);
    return true;
  }
  if (event.key === ' ') {
    selected.toggle(at);
    return true;
  }
  const to = destination(event.key, selected.focus);
  if (to === null) return false;
  const index = Math.min(result.total - 1, Math.max(0, to));
  if (event.shiftKey) void selected.extend(index);
  else if (event.ctrlKey || event.metaKey) selected.moveFocus(index);
  else selected.only(index);
  grid.reveal(index);
  requestAnimationFrame(() => document.getElementById(`tile-${index}`)?.focus({ preventScroll: true }));
  return true;
}

function destination(key: string, focus: number): number | null {
  if (focus < 0 && /^(Arrow|Page)/.test(key)) return grid.first;
  switch (key) {
    case 'ArrowLeft':
      return focus - 1;
    case 'ArrowRight':
      return focus + 1;
    case 'ArrowUp':
      return locate.verticalNeighbour(grid.layout, focus, -1);
    case 'ArrowDown':
      return locate.verticalNeighbour(grid.layout, focus, 1);
    case 'PageUp':
      return locate.verticalNeighbour(grid.layout, focus, -grid.pageRows);
    case 'PageDown':
      return locate.verticalNeighbour(grid.layout, focus, grid.pageRows);
    case 'Home':
      return 0;
    case 'End':
      return result.total - 1;
    default:
      return null;
  }
}
