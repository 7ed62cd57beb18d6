/** Keys of the page, by the table of commands. None fires in a text field, in a menu or in a dialog. */
import { keyNames } from '../lib/keys';
import { chord } from './chord.svelte';
import { COMMANDS, inScope, isAvailable } from './commands';
import { currentScope } from './commands/scope';
import type { Command, Scope } from './commands/types';
import { keymap } from './keymap.svelte';
import { heldForDialog } from './opening';

const TYPING = 'input:not([type=range]):not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]';
const ELSEWHERE = '[role=menu], [role=listbox], [data-dialog], [data-popover-content]';

/** Called by the window; true when the key was ours. */
export function handleKey(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.isComposing) return false;
  if (heldForDialog(event)) return true;
  const target = event.target instanceof Element ? event.target : document.body;
  if (target.closest(TYPING) || target.closest(ELSEWHERE) || document.querySelector('[data-dialog]')) return false;
  const names = keyNames(event);
  if (names.length === 0 || (names.includes('ctrl+c') && hasMarkedText())) return false;
  if (chord.isOpen) return finishChord(names, event);
  if (ownedBy(target, event.key)) return false;
  return run(names, event) || chord.begin(names, currentScope());
}

/** Somebody marked words on the page, and means these. */
const hasMarkedText = (): boolean => getSelection()?.isCollapsed === false;

/** Buttons keep Enter and Space, sliders and tabs and trees their arrows. */
function ownedBy(target: Element, key: string): boolean {
  if (target.closest('button, a, summary, input, [role=button]') && (key === 'Enter' || key === ' ')) return true;
  return target.closest('input, [role=tablist], [role=tree], [role=slider], [role=radiogroup]') !== null && /^(Arrow|Home|End|Page|Enter$| $)/.test(key);
}

function finishChord(names: readonly string[], event: KeyboardEvent): boolean {
  const first = chord.first;
  chord.end();
  run(names.map((name) => `${first} ${name}`), event);
  return true; // a key that goes with no chord ends it, and does nothing else
}

function run(names: readonly string[], event: KeyboardEvent): boolean {
  const scope = currentScope();
  for (const name of names) {
    const command = commandFor(name, scope);
    if (!command) continue;
    command.run(event);
    return true;
  }
  return false;
}

/** The command of a key: one of the part on top before one of everywhere. */
function commandFor(name: string, scope: Exclude<Scope, 'everywhere'>): Command | undefined {
  const able = COMMANDS.filter((one) => keymap.of(one).includes(name) && inScope(one, scope) && isAvailable(one));
  return able.find((one) => one.scope === scope) ?? able[0];
}
