/** Where the values of the shown picture come from: read from its file when somebody asks, and only then. */
import * as library from '../api/library';
import { Refused, Unreachable } from '../api/client';
import type { Explanation, Item } from '../api/types';

const REST_MS = 150;

class Explanations {
  /** Whether somebody wants to know; stays so from picture to picture. */
  open = $state(false);
  shown: Explanation | null = $state.raw(null);
  failure: string | null = $state.raw(null);
  #of = '';
  #request: AbortController | null = null;
  #timer: number | undefined;

  toggle(): void {
    this.open = !this.open;
  }

  /** Explains this picture; while keys are held down, only the one that they stop at. */
  show(item: Item): void {
    const key = `${item.id}:${item.version}`;
    if (key === this.#of && this.failure === null) return;
    clearTimeout(this.#timer);
    this.#request?.abort();
    this.#of = key;
    this.shown = null;
    this.failure = null;
    this.#timer = window.setTimeout(() => void this.#fetch(item.id), REST_MS);
  }

  async #fetch(id: number): Promise<void> {
    const request = new AbortController();
    this.#request = request;
    try {
      const found = await library.explain(id, { signal: request.signal });
      if (!request.signal.aborted) this.shown = found;
    } catch (error) {
      if (request.signal.aborted) return;
      if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
      this.failure = error.message;
    }
  }
}

export const explanations = new Explanations();
