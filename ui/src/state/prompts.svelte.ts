/** The page of prompts: distinct prompts with their counts, what was kept of them, and their best pictures. */
import * as library from '../api/library';
import * as places from '../api/places';
import type { Prompt } from '../api/places';
import type { Item } from '../api/types';
import { Refused } from '../api/client';
import { factorAgainst, type Factor } from '../lib/liking';
import { t } from '../lib/messages.svelte';
import { sentence } from '../lib/query/fix';
import { reasonOf } from './refusals';
import { sidebar } from './sidebar.svelte';

export type PromptKind = 'prompt' | 'negative';
export type PromptOrder = 'uses' | 'rating' | 'newest' | 'text';

/** The best pictures of a prompt, and the models it was used with. */
export interface Best {
  items: readonly Item[];
  models: readonly string[];
}

const PAGE = 50;
const AT_ONCE = 4;
/** So many pictures stand beside the chosen prompt; the list shows the first of them. */
const BEST = 6;
/** Below this likeness everything is alike. */
export const LEAST_ALIKE = 40;

class Prompts {
  kind: PromptKind = $state('prompt');
  q = $state('');
  order: PromptOrder = $state('uses');
  /** Least likeness in per cent; null: looked for by words. */
  alike: number | null = $state(null);
  items: readonly Prompt[] = $state.raw([]);
  total: number | null = $state(null);
  problem = $state('');
  chosen: Prompt | null = $state.raw(null);
  #request: AbortController | null = null;
  #more = false;
  #best = new Map<number, Promise<Best>>();
  #asking = 0;
  #waiting: (() => void)[] = [];

  /** Share of all pictures that are favourites. */
  readonly average = $derived((sidebar.counts.favorite ?? 0) / Math.max(1, sidebar.counts.all ?? 0));

  lift = (prompt: Prompt): Factor | null => factorAgainst(prompt.favorites, prompt.images, this.average);

  /** Asks anew; what stands there stays until the answer. */
  async search(): Promise<void> {
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    try {
      const found = await this.#ask(0, request.signal);
      [this.items, this.total, this.problem] = [found.items, found.total, ''];
      if (!found.items.some((one) => one.id === this.chosen?.id)) this.chosen = found.items[0] ?? null;
    } catch (error) {
      if (!request.signal.aborted) this.#failed(error);
    }
  }

  /** The next page, once the last rows come into view. */
  async more(): Promise<void> {
    if (this.#more || this.total === null || this.items.length >= this.total) return;
    this.#more = true;
    const signal = this.#request?.signal;
    try {
      const found = await this.#ask(this.items.length, signal);
      const known = new Set(this.items.map((one) => one.id));
      if (!signal?.aborted) this.items = [...this.items, ...found.items.filter((one) => !known.has(one.id))];
    } catch (error) {
      if (!signal?.aborted) this.#failed(error);
    } finally {
      this.#more = false;
    }
  }

  #ask(offset: number, signal: AbortSignal | undefined): Promise<places.Prompts> {
    const alike = this.alike !== null && this.q.trim() !== '';
    return places.prompts(
      {
        kind: this.kind,
        q: this.q.trim(),
        mode: alike ? 'similar' : 'words',
        minimum: this.alike ?? LEAST_ALIKE,
        sort: alike ? undefined : this.order,
        offset,
        limit: PAGE,
      },
      signal ? { signal } : {},
    );
  }

  #failed(error: unknown): void {
    this.problem = error instanceof Refused ? sentence(error.message) : (reasonOf(error) ?? t('files.no-answer'));
  }

  /** Asked for once per prompt, and for few prompts at the same time. */
  best(prompt: Prompt): Promise<Best> {
    let found = this.#best.get(prompt.id);
    if (!found) {
      found = this.#turn().then(() => this.#askBest(prompt)).finally(() => this.#next());
      found.catch(() => this.#best.delete(prompt.id));
      this.#best.set(prompt.id, found);
    }
    return found;
  }

  async #askBest(prompt: Prompt): Promise<Best> {
    const found = await places.lookUp(prompt.query, 'rating desc', 'model');
    return {
      items: await library.items(found.selection, 0, BEST),
      models: (found.facets['model'] ?? []).map((model) => model.value),
    };
  }

  #turn(): Promise<void> {
    if (this.#asking < AT_ONCE) {
      this.#asking += 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #next(): void {
    const next = this.#waiting.pop(); // the last one asked for is in view
    if (next) next();
    else this.#asking -= 1;
  }

  /** Favourites and pictures may have changed since. */
  forget(): void {
    this.#best.clear();
  }
}

export const prompts = new Prompts();
