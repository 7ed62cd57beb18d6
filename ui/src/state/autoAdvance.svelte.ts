/** After a picture was judged, the next one comes; off until somebody wants it. */
import { keep, recall } from './kept';
import { move } from './moving';
import { selected } from './selected.svelte';
import { viewer } from './viewer.svelte';
import { step } from './viewing';

const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';

class AutoAdvance {
  #on = $state(recall('auto-advance', isBoolean, false));

  get on(): boolean {
    return this.#on;
  }

  toggle(): void {
    this.#on = !this.#on;
    keep('auto-advance', this.#on);
  }

  /** One picture was judged; a selection of several stays where it is. */
  after(): void {
    if (!this.#on) return;
    if (viewer.isOpen) step(1);
    else if (selected.count <= 1) move('right');
  }
}

export const autoAdvance = new AutoAdvance();
