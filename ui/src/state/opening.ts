/** Keys that are typed while a dialog is on its way: its code may have to be fetched first. */
import { compare } from './compare.svelte';
import { dialogs } from './dialogs.svelte';
import { inspecting } from './inspecting.svelte';
import { search } from './search.svelte';
import { view } from './view.svelte';

const FIELD = '[data-dialog] :is(input:not([type=range], [type=checkbox], [type=radio]), textarea)';
/** Frames in which an open dialog gives a field of its own the focus. */
const MOST_FRAMES = 20;

/** What was typed for the dialog, until it has a field for it. */
let typed = '';
let frames = 0;

function isOpening(): boolean {
  const asked = view.keysShown || view.paletteShown || dialogs.open !== null || inspecting.isOpen || (search.saving !== 'no' && !view.alone);
  if (asked) return document.querySelector('[data-dialog]') === null;
  return compare.isOpen && document.querySelector('[data-scope=compare]') === null;
}

/** True where the key was meant for a dialog that is not there yet; its letters are kept for it. */
export function heldForDialog(event: KeyboardEvent): boolean {
  if (typed === '' && !isOpening()) return false;
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (event.key === 'Escape') giveUp();
  else if (plain && event.key.length === 1) keep(typed + event.key);
  else if (plain && event.key === 'Backspace') keep(typed.slice(0, -1));
  return true;
}

function keep(text: string): void {
  const waiting = typed !== '';
  typed = text;
  if (!waiting && text !== '') requestAnimationFrame(deliver);
}

/** Types what was kept into the field that has the focus; a dialog without one gets nothing. */
function deliver(): void {
  if (typed === '') return;
  const field = isOpening() ? null : document.activeElement;
  if ((field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) && field.matches(FIELD)) {
    field.setRangeText(typed, field.selectionStart ?? 0, field.selectionEnd ?? 0, 'end');
    field.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertText', data: typed }));
  } else if (isOpening() || frames < MOST_FRAMES) {
    frames = isOpening() ? 0 : frames + 1;
    requestAnimationFrame(deliver);
    return;
  }
  [typed, frames] = ['', 0];
}

/** Esc closes it before it is there. */
function giveUp(): void {
  typed = '';
  [view.keysShown, view.paletteShown, search.saving] = [false, false, 'no'];
  dialogs.close();
  inspecting.close();
  compare.close();
}
