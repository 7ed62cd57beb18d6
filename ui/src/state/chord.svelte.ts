/** A chord under way: the first key is pressed, the second is awaited; its choices show after a moment. */
import { COMMANDS, inScope, isAvailable } from './commands';
import type { Command, Scope } from './commands/types';
import { keymap } from './keymap.svelte';

const WAIT_MS = 1200;
const HINT_MS = 300;

export interface Choice {
  key: string;
  command: Command;
}

class Chord {
  first = $state('');
  hinted = $state(false);
  choices: Choice[] = $state.raw([]);
  #timers: number[] = [];

  get isOpen(): boolean {
    return this.first !== '';
  }

  /** Begins a chord where one of these keys is the first of any; false where none is. */
  begin(names: readonly string[], scope: Exclude<Scope, 'everywhere'>): boolean {
    for (const name of names) {
      const choices = choicesOf(name, scope);
      if (choices.length === 0) continue;
      this.first = name;
      this.choices = choices;
      this.#timers = [
        window.setTimeout(() => (this.hinted = true), HINT_MS),
        window.setTimeout(() => this.end(), WAIT_MS),
      ];
      return true;
    }
    return false;
  }

  /** Somebody reads the choices: the chord waits for them. */
  hold(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  end(): void {
    this.hold();
    this.first = '';
    this.hinted = false;
    this.choices = [];
  }
}

function choicesOf(first: string, scope: Exclude<Scope, 'everywhere'>): Choice[] {
  return COMMANDS.filter((command) => inScope(command, scope) && isAvailable(command)).flatMap((command) =>
    keymap
      .of(command)
      .filter((name) => name.startsWith(`${first} `))
      .slice(0, 1)
      .map((name) => ({ key: name.slice(first.length + 1), command })),
  );
}

export const chord = new Chord();
