/** All commands together, and how one finds and runs them. */
import { t } from '../../lib/messages.svelte';
import { capText } from '../../lib/keys';
import { keymap } from '../keymap.svelte';
import { enrich } from './enrich';
import { files } from './files';
import { frame } from './frame';
import { grid } from './grid';
import { panel } from './panel';
import { places } from './places';
import { currentScope } from './scope';
import { search } from './search';
import type { Command } from './types';
import { viewer } from './viewer';

export const COMMANDS: readonly Command[] = [...grid, ...search, ...viewer, ...panel, ...places, ...enrich, ...files, ...frame];

const byId = new Map(COMMANDS.map((command) => [command.id, command]));

export const commandOf = (id: string): Command | undefined => byId.get(id);
export const titleOf = (command: Command): string => t(command.title, command.values);

/** Keys of a command now, first the one to show. */
export function keysOf(id: string): readonly string[] {
  const command = byId.get(id);
  return command ? keymap.of(command) : [];
}

/** The first key of a command as text: "Ctrl+K", "Y P", or nothing. */
export function keyText(id: string): string {
  const first = keysOf(id)[0];
  return first === undefined ? '' : capText(first);
}

/** True where the command has something to do now. */
export const isAvailable = (command: Command): boolean =>
  // On a page that hides the pictures nothing is done to them.
  !(command.onSelection === true && currentScope() === 'page') && (command.when?.() ?? true);

/** True where keys of the command work on what lies on top. */
export function inScope(command: Command, scope = currentScope()): boolean {
  const own = command.scope ?? 'everywhere';
  return own === 'everywhere' || own === scope;
}

/** Runs a command by its name; false where it has nothing to do. */
export function runCommand(id: string): boolean {
  const command = byId.get(id);
  if (!command || !isAvailable(command)) return false;
  command.run();
  return true;
}

/** True where two commands can be reached at the same time, so that one key cannot be both. */
export function overlaps(a: Command, b: Command): boolean {
  const [one, other] = [a.scope ?? 'everywhere', b.scope ?? 'everywhere'];
  return one === other || one === 'everywhere' || other === 'everywhere';
}
