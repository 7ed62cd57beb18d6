/** The picture whose details the panel shows, fetched when it is looked at. */
import * as library from '../api/library';
import { Refused, Unreachable } from '../api/client';
import type { ImageDetail, Item } from '../api/types';

type Known = Pick<Item, 'id' | 'version' | 'phase'>;

const REST_MS = 60;
const KEPT = 60;

class Detail {
  shown: ImageDetail | null = $state.raw(null);
  failure: string | null = $state.raw(null);
  #known = new Map<string, ImageDetail>();
  #request: AbortController | null = null;
  #timer: number | undefined;

  /** Shows this picture; while keys are held down, only the one that they stop at is fetched. */
  show(item: Item | undefined): void {
    clearTimeout(this.#timer);
    this.#request?.abort();
    this.failure = null;
    if (!item) {
      this.shown = null;
      return;
    }
    const known = this.#known.get(keyOf(item));
    if (known) this.shown = known;
    else this.#timer = window.setTimeout(() => void this.#fetch(item), this.shown ? REST_MS : 0);
  }

  /** The library changed: a picture whose metadata was not read yet may have been read now. */
  again(): void {
    if (this.shown?.phase === 0) void this.#fetch(this.shown);
  }

  /** Something was written or undone: what is known may be old, and the shown picture is asked for again. */
  refresh(): void {
    this.#known.clear();
    if (this.shown) void this.#fetch(this.shown);
  }

  /** Shows another caption before the server has it; gives what was known before. */
  recaption(id: number, caption: string | null): ImageDetail | null {
    const before = this.shown;
    if (before?.id !== id) return null;
    this.shown = { ...before, caption: caption === null ? before.file_caption : caption || null, captioned: caption !== null };
    return before;
  }

  /** Puts back what a refused change replaced. */
  restore(before: ImageDetail): void {
    if (this.shown?.id === before.id) this.shown = before;
  }

  async #fetch(item: Known): Promise<void> {
    const request = new AbortController();
    this.#request = request;
    try {
      const found = await library.image(item.id, { signal: request.signal });
      if (found.phase > 0) this.#keep(keyOf(item), found);
      if (!request.signal.aborted) this.shown = found;
    } catch (error) {
      if (request.signal.aborted || error instanceof Unreachable) return;
      if (!(error instanceof Refused)) throw error;
      this.shown = null;
      this.failure = error.message;
    }
  }

  #keep(key: string, found: ImageDetail): void {
    this.#known.set(key, found);
    if (this.#known.size > KEPT) this.#known.delete(this.#known.keys().next().value as string);
  }
}

const keyOf = (item: Known): string => `${item.id}:${item.version}:${item.phase}`;

export const detail = new Detail();
