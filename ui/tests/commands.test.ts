import { beforeAll, describe, expect, test, vi } from 'vitest';
import { CLASSIC } from '../src/lib/keyPresets';
import { isKept } from '../src/lib/keys';
import type { Command } from '../src/state/commands/types';

let commands: readonly Command[] = [];
let overlap: (a: Command, b: Command) => boolean = () => false;

/** The table reads nothing of a browser but what is kept; enough of one to load it. */
beforeAll(async () => {
  const nothing = (): void => undefined;
  const query = { matches: false, addEventListener: nothing };
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: nothing });
  vi.stubGlobal('matchMedia', () => query);
  vi.stubGlobal('addEventListener', nothing);
  vi.stubGlobal('Image', class {
    src = '';
  });
  vi.stubGlobal('innerWidth', 1440);
  vi.stubGlobal('innerHeight', 900);
  vi.stubGlobal('devicePixelRatio', 1);
  vi.stubGlobal('location', { search: '', href: 'http://127.0.0.1/' });
  vi.stubGlobal('history', { state: null, scrollRestoration: 'auto', pushState: nothing, replaceState: nothing });
  vi.stubGlobal('document', { documentElement: { dataset: {}, lang: 'en' }, addEventListener: nothing, querySelectorAll: () => [], hidden: false });
  vi.stubGlobal('window', globalThis);
  const table = await import('../src/state/commands');
  commands = table.COMMANDS;
  overlap = table.overlaps;
});

const keysOf = (command: Command, classic: boolean): readonly string[] => (classic ? CLASSIC[command.id] : undefined) ?? command.keys;

describe('the table of commands', () => {
  test('has every command once', () => {
    const ids = commands.map((command) => command.id);
    expect(ids.filter((id, place) => ids.indexOf(id) !== place)).toEqual([]);
  });
  test('names no key that a browser keeps, but Esc', () => {
    const kept = commands.flatMap((command) => command.keys.filter((key) => key !== 'Escape' && isKept(key)));
    expect(kept).toEqual([]);
  });
  test('the classic preset is about commands that there are', () => {
    const ids = new Set(commands.map((command) => command.id));
    expect(Object.keys(CLASSIC).filter((id) => !ids.has(id))).toEqual([]);
  });
  for (const classic of [false, true]) {
    test(`no key is that of two commands at the same time, ${classic ? 'classic' : 'standard'}`, () => {
      const twice = commands.flatMap((one, place) =>
        commands
          .slice(place + 1)
          .filter((other) => overlap(one, other) && one.scope === other.scope && !(one.when && other.when))
          .flatMap((other) => keysOf(one, classic).filter((key) => keysOf(other, classic).includes(key)).map((key) => `${key}: ${one.id}, ${other.id}`)),
      );
      expect(twice).toEqual([]);
    });
    test(`no chord begins with a key of its own, ${classic ? 'classic' : 'standard'}`, () => {
      const all = commands.flatMap((command) => keysOf(command, classic));
      const firsts = new Set(all.filter((key) => key.includes(' ')).map((key) => key.split(' ')[0]));
      expect(all.filter((key) => firsts.has(key))).toEqual([]);
    });
  }
});
