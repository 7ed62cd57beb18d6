/** Keys that work in the search field and the filter too, where a browser would do something else with them. */
import { keyNames } from '../lib/keys';
import { keysOf, runCommand } from './commands';

const OWN = ['search.filter', 'search.save', 'search.syntax'];

/** Runs the command of a key; true where it was one. */
export function runSearchKey(event: KeyboardEvent): boolean {
  if (!event.ctrlKey && !event.metaKey) return false;
  const names = keyNames(event);
  const command = OWN.find((id) => keysOf(id).some((key) => names.includes(key)));
  return command !== undefined && runCommand(command);
}
