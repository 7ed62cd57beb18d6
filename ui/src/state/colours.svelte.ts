/** The main colours of one result's pictures, fetched around what is in view: there before any picture is. */
import * as library from '../api/library';

const PART = 20_000;
/** So many pictures on both sides of the view have their colours, too: some seconds of a fling. */
const AHEAD = 4_000;
/** Parts that are kept: a million pictures are three megabytes. */
const KEPT = 50;
/** Of the colour over the canvas, in 255. */
const SHARE = '9e';

export class Colours {
  #parts = new Map<number, Uint8Array>();
  /** Grows with each part that comes. */
  #version = $state(0);
  #loading = new Set<number>();

  constructor(
    readonly selection: string,
    readonly total: number,
  ) {}

  /** The colour of a place, as CSS writes it; undefined where it is not known. */
  at(index: number): string | undefined {
    void this.#version;
    const part = this.#parts.get(Math.floor(index / PART));
    const at = (index % PART) * 3;
    const colour = part ? ((part[at] ?? 0) << 16) | ((part[at + 1] ?? 0) << 8) | (part[at + 2] ?? 0) : 0;
    return colour === 0 ? undefined : `#${colour.toString(16).padStart(6, '0')}${SHARE}`;
  }

  /** Fetches what is missing around these places. */
  want(from: number, to: number): void {
    const [first, last] = [Math.floor((from - AHEAD) / PART), Math.floor((to + AHEAD) / PART)];
    for (let part = first; part <= last; part += 1) void this.#load(part);
  }

  async #load(part: number): Promise<void> {
    if (part < 0 || part * PART >= this.total || this.#parts.has(part) || this.#loading.has(part)) return;
    this.#loading.add(part);
    try {
      this.#parts.set(part, await library.colours(this.selection, part * PART, PART));
    } catch {
      return; // tiles without a colour are grey, and the result itself says what is wrong
    } finally {
      this.#loading.delete(part);
    }
    for (const old of this.#parts.keys()) {
      if (this.#parts.size <= KEPT) break;
      if (old !== part) this.#parts.delete(old);
    }
    this.#version += 1;
  }
}
