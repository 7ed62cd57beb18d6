/** Pictures decoded ahead: the element that was decoded is the one that is shown, so that nothing is decoded twice. */
import { AGAIN_MS, stopLoading } from '../lib/thumbnails';

class Decoded {
  readonly image = new Image();
  state: 'loading' | 'ready' | 'failed' = $state('loading');
  #again: number | undefined;

  constructor(address: string, wanted: 'now' | 'soon') {
    this.image.fetchPriority = wanted === 'now' ? 'high' : 'auto';
    this.image.draggable = false;
    this.image.decoding = 'sync'; // it is decoded before it is shown
    this.#load(address, 0);
  }

  #load(address: string, attempts: number): void {
    this.image.src = address;
    this.image.decode().then(
      () => (this.state = 'ready'),
      () => {
        const pause = AGAIN_MS[attempts];
        if (pause === undefined) this.state = 'failed';
        else this.#again = window.setTimeout(() => this.#load(address, attempts + 1), pause);
      },
    );
  }

  drop(): void {
    clearTimeout(this.#again);
    if (!this.image.complete) stopLoading(this.image);
  }
}

/** A few pictures around the shown one. */
export class DecodedPictures {
  #kept = new Map<string, Decoded>();

  /** The picture at this address; it is loaded where it is not here yet. */
  get(address: string, wanted: 'now' | 'soon' = 'now'): Decoded {
    let found = this.#kept.get(address);
    if (!found) this.#kept.set(address, (found = new Decoded(address, wanted)));
    return found;
  }

  /** Keeps these and drops all others; the first ones are loaded first. */
  keepOnly(addresses: readonly string[]): void {
    const wanted = new Set(addresses);
    for (const [address, decoded] of this.#kept) {
      if (wanted.has(address)) continue;
      decoded.drop();
      this.#kept.delete(address);
    }
    for (const address of addresses) this.get(address, 'soon');
  }
}

export type { Decoded };
