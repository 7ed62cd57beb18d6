/** Work that is asked for often and may be slow: it rests ten times as long as it took, and then does what was asked meanwhile. */

const SHORTEST_REST_MS = 500;
const REST_PER_MS = 10;

export class Unhurried {
  readonly #work: () => Promise<void>;
  #resting = false;
  #asked = false;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** Soon, and once for all who ask until then. */
  ask(): void {
    if (this.#resting) this.#asked = true;
    else void this.#now();
  }

  async #now(): Promise<void> {
    this.#resting = true;
    this.#asked = false;
    const began = performance.now();
    try {
      await this.#work();
    } finally {
      setTimeout(() => this.#rested(), Math.max(SHORTEST_REST_MS, (performance.now() - began) * REST_PER_MS));
    }
  }

  #rested(): void {
    this.#resting = false;
    if (this.#asked) this.ask();
  }
}
