/**
 * The keys a person has chosen, over a preset. Kept in this browser, not on the server: a keyboard belongs to a device,
 * and a phone or a colleague who opens the same library has another one.
 */
import { CLASSIC } from '../lib/keyPresets';
import type { Command } from './commands/types';

const KEY = 'diffusion-toolkit.keys';
export type Preset = 'standard' | 'classic';

interface Kept {
  preset: Preset;
  own: Record<string, string[]>;
}

function read(): Kept {
  const usual: Kept = { preset: 'standard', own: {} };
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return typeof value === 'object' && value !== null ? { ...usual, ...(value as Partial<Kept>) } : usual;
  } catch {
    return usual;
  }
}

class Keymap {
  #kept: Kept = $state(read());

  get preset(): Preset {
    return this.#kept.preset;
  }

  /** What the preset gives a command. */
  presetOf(command: Command): readonly string[] {
    return (this.#kept.preset === 'classic' ? CLASSIC[command.id] : undefined) ?? command.keys;
  }

  /** The keys of a command now. */
  of(command: Command): readonly string[] {
    return this.#kept.own[command.id] ?? this.presetOf(command);
  }

  isChanged(command: Command): boolean {
    return command.id in this.#kept.own;
  }

  set(command: Command, keys: readonly string[]): void {
    this.#write({ ...this.#kept, own: { ...this.#kept.own, [command.id]: [...keys] } });
  }

  reset(command: Command): void {
    const own = Object.fromEntries(Object.entries(this.#kept.own).filter(([id]) => id !== command.id));
    this.#write({ ...this.#kept, own });
  }

  usePreset(preset: Preset): void {
    this.#write({ preset, own: {} });
  }

  #write(kept: Kept): void {
    this.#kept = kept;
    try {
      localStorage.setItem(KEY, JSON.stringify(kept));
    } catch {
      // A browser without storage forgets the keys with the page.
    }
  }
}

export const keymap = new Keymap();
