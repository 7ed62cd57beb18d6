/** Whether a key means something to the page; lists leave such letters alone when somebody types ahead. */
import { keyNames } from '../../lib/keys';
import { keymap } from '../keymap.svelte';
import { COMMANDS, inScope } from '.';

export function isShortcut(event: KeyboardEvent): boolean {
  const names = keyNames(event);
  return COMMANDS.some((command) => inScope(command) && keymap.of(command).some((key) => names.includes(key.split(' ')[0] ?? '')));
}
