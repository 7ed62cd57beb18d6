/** Something that is asked for when one looks at it, and only once per thing. */
import type { Options } from '../api/client';
import { reasonOf } from './refusals';

export class Lazy<T> {
  value: T | null = $state.raw(null);
  failure: string | null = $state.raw(null);
  readonly #restMs: number;
  #key = '';
  #request: AbortController | null = null;
  #timer: number | undefined;

  /** restMs: while keys are held down, only what they stop at is asked for. */
  constructor(restMs = 0) {
    this.#restMs = restMs;
  }

  /** Asks for the thing of this key. `kept`: the old value stays until the new one is here. */
  show(key: string, ask: (options: Options) => Promise<T>, kept = false): void {
    if (key === this.#key && this.failure === null) return;
    this.forget(kept);
    this.#key = key;
    this.#timer = window.setTimeout(() => void this.#ask(ask), this.#restMs);
  }

  forget(kept = false): void {
    clearTimeout(this.#timer);
    this.#request?.abort();
    this.#key = '';
    this.failure = null;
    if (!kept) this.value = null;
  }

  async #ask(ask: (options: Options) => Promise<T>): Promise<void> {
    const request = new AbortController();
    this.#request = request;
    try {
      const found = await ask({ signal: request.signal });
      if (!request.signal.aborted) this.value = found;
    } catch (error) {
      if (request.signal.aborted) return;
      this.value = null;
      this.failure = reasonOf(error);
    }
  }
}
