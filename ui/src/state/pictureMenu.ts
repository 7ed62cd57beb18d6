/** What the menu of pictures offers: every command that acts on the selection, in the order people look for it. */
import { COMMANDS, commandOf, isAvailable } from './commands';
import type { Command, Section } from './commands/types';

export interface MenuGroup {
  name: string;
  commands: readonly Command[];
  /** Go into a menu of their own. */
  copies: readonly Command[];
}

const OPENING = ['grid.open', 'grid.open-tab'];
const LAST = ['judge.deletion', 'files.delete', 'files.remove'];
const ORDER: readonly (readonly Section[])[] = [['compare', 'viewer'], ['judge'], ['organise'], ['search', 'go'], ['copy', 'files']];

const isRating = (command: Command): boolean => /^judge\.(rate-|clear-rating)/.test(command.id);

const named = (ids: readonly string[]): Command[] =>
  ids.map(commandOf).filter((command): command is Command => command !== undefined && isAvailable(command));

/** Ratings from the best to none. */
export const ratings = (): Command[] => COMMANDS.filter(isRating).sort((a, b) => Number(b.values?.rating ?? 0) - Number(a.values?.rating ?? 0));

/** Groups of what can be done now; empty ones are left out. */
export function menuGroups(): MenuGroup[] {
  const able = COMMANDS.filter((one) => one.onSelection && isAvailable(one) && !isRating(one) && ![...OPENING, ...LAST].includes(one.id));
  const groups = ORDER.map((sections) => {
    const all = able.filter((one) => sections.includes(one.section));
    const copies = all.filter((one) => one.section === 'copy');
    return { name: sections.join(' '), commands: all.filter((one) => !copies.includes(one)), copies };
  });
  const ends = (name: string, ids: readonly string[]): MenuGroup => ({ name, commands: named(ids), copies: [] });
  return [ends('open', OPENING), ...groups, ends('last', LAST)].filter((group) => group.commands.length + group.copies.length > 0);
}
