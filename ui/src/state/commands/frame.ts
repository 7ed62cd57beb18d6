/** What one does with the page as a whole. */
import { address } from '../address.svelte';
import * as actions from '../actions';
import { nsfw } from '../nsfw.svelte';
import { selected } from '../selected.svelte';
import { toasts } from '../toasts.svelte';
import { view, type Theme } from '../view.svelte';
import type { Command } from './types';

const THEMES: readonly Theme[] = ['dark', 'light', 'system'];

/** Takes back one thing after the other: the drawer, focus mode, the selection. */
function escape(): void {
  if (view.drawer !== 'none') view.drawer = 'none';
  else if (selected.count > 0) selected.clear();
  else if (view.alone) view.alone = false;
}

function nextTheme(): void {
  view.setTheme(THEMES[(THEMES.indexOf(view.theme) + 1) % THEMES.length] ?? 'dark');
}

export const frame: readonly Command[] = [
  { id: 'app.palette', title: 'commands.palette', section: 'app', keys: ['ctrl+k'], run: () => (view.paletteShown = true), silent: true },
  { id: 'app.settings', title: 'commands.settings', section: 'app', keys: ['ctrl+,'], run: () => address.openPage('settings') },
  { id: 'app.jobs', title: 'commands.jobs', section: 'app', keys: ['g j'], run: () => (view.jobsShown = !view.jobsShown) },
  { id: 'app.undo', title: 'commands.undo', section: 'app', keys: ['ctrl+z'], run: () => void actions.undo() },
  { id: 'app.redo', title: 'commands.redo', section: 'app', keys: ['ctrl+y', 'ctrl+shift+z'], run: () => void actions.redo() },
  { id: 'app.keys', title: 'commands.keys', section: 'app', keys: ['?'], run: () => (view.keysShown = true) },
  { id: 'app.dismiss', title: 'commands.dismiss', section: 'app', keys: [], when: () => toasts.shown.length > 0, run: () => toasts.close(toasts.shown.at(-1)?.name ?? '') },
  { id: 'app.escape', title: 'commands.escape', section: 'move', scope: 'grid', keys: ['Escape'], run: escape, silent: true },
  { id: 'view.panel', title: 'commands.panel', section: 'view', keys: ['i', 'F4'], run: () => view.togglePanel() },
  { id: 'view.sidebar', title: 'commands.sidebar', section: 'view', scope: 'grid', keys: ['F3'], run: () => view.toggleSidebar() },
  { id: 'view.alone', title: 'commands.alone', section: 'view', scope: 'grid', keys: ['q'], run: () => (view.alone = !view.alone) },
  { id: 'view.blur', title: 'commands.blur', section: 'view', keys: ['b'], when: () => nsfw.mode !== 'hide', run: () => void nsfw.toggleBlur() },
  { id: 'view.theme', title: 'commands.theme', section: 'view', keys: [], run: nextTheme },
];
