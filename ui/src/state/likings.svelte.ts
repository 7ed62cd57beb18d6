/** How often a part of a prompt is used, and whether pictures with it are liked better: asked for when one points at it. */
import { SvelteMap } from 'svelte/reactivity';
import * as places from '../api/places';
import { Refused, Unreachable } from '../api/client';
import { decimal } from '../lib/format';
import { t } from '../lib/messages.svelte';
import type { Part } from '../lib/promptParts';

const REST_MS = 300;
const MOST_ASKED = 20;

type Kind = 'prompt' | 'negative';

class Likings {
  #known = new SvelteMap<string, string | null>();
  #timer: number | undefined;

  /** "In 1,204 pictures, rated 0.8 above the others"; null where it is not known yet. */
  textOf(kind: Kind, part: Part): string | null {
    return this.#known.get(keyOf(kind, part)) ?? null;
  }

  /** Asks for a part once the pointer rests on it. */
  ask(kind: Kind, part: Part): void {
    clearTimeout(this.#timer);
    if (this.#known.has(keyOf(kind, part))) return;
    this.#timer = window.setTimeout(() => void this.#ask(kind, part), REST_MS);
  }

  async #ask(kind: Kind, part: Part): Promise<void> {
    const key = keyOf(kind, part);
    try {
      const text = part.words.slice(0, 200);
      const of = part.kind === 'lora' ? 'lora' : 'tag';
      const { items } = await places.tokens({ kind, of, text, sort: 'images', limit: MOST_ASKED });
      const wanted = text.toLocaleLowerCase();
      const found = items.find((item) => item.text.toLocaleLowerCase() === wanted);
      this.#known.set(key, found ? sentence(found) : null);
    } catch (error) {
      if (!(error instanceof Refused) && !(error instanceof Unreachable)) throw error;
    }
  }
}

function sentence(token: places.Token): string {
  const { rating, images } = token;
  if (!rating?.sure) return t('panel.part', { count: images });
  return t(rating.lift > 0 ? 'panel.part-above' : 'panel.part-below', { count: images, by: decimal(Math.abs(rating.lift), 1) });
}

const keyOf = (kind: Kind, part: Part): string => `${kind} ${part.kind} ${part.words}`;

export const likings = new Likings();
