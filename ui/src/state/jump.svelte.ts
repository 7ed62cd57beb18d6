/** Jumps to a date, a heading or a number, and back to where one was. */
import { jumpTarget } from '../lib/jump';
import { grid } from './grid.svelte';
import { focusTile } from './moving';
import { result } from './result.svelte';
import { selected } from './selected.svelte';

const MOST_ORIGINS = 20;

class Jump {
  /** The field for it is shown. */
  isOpen = $state(false);
  #origins: readonly number[] = $state.raw([]);

  /** There was a jump that one can take back. */
  readonly canReturn = $derived(this.#origins.length > 0);

  /** Goes there; false where nothing is called that. */
  to(text: string): boolean {
    const index = jumpTarget(text, result.shown?.groups ?? [], result.total);
    if (index === null) return false;
    this.isOpen = false;
    this.remember();
    grid.goToItem(index);
    selected.moveFocus(index);
    focusTile(index);
    return true;
  }

  close(): void {
    this.isOpen = false;
    focusTile(selected.focus >= 0 ? selected.focus : grid.first);
  }

  /** Notes where one is, before going far away. */
  remember(): void {
    const here = grid.top < 1 ? 0 : grid.first;
    if (this.#origins.at(-1) !== here) this.#origins = [...this.#origins, here].slice(-MOST_ORIGINS);
  }

  /** Back to where one was before the last jump. */
  back(): void {
    const origin = this.#origins.at(-1);
    this.#origins = this.#origins.slice(0, -1);
    if (origin !== undefined) grid.goToItem(origin);
  }

  /** Another result: its places are others. */
  forget(): void {
    this.#origins = [];
  }
}

export const jump = new Jump();
