/** Ratings and marks: shown at once, sent in batches, taken back when refused, kept while the server is gone. */
import { SvelteMap } from 'svelte/reactivity';
import * as library from '../api/library';
import { Refused, Unreachable } from '../api/client';
import type { Change, CurationRequest, Item } from '../api/types';
import { describeChange } from '../lib/changes';
import { t } from '../lib/messages.svelte';
import { toasts } from './toasts.svelte';

export type Curated = Required<Change>;

interface Pending {
  request: CurationRequest;
  before: Map<number, Curated>;
}

interface Journal extends Pending {
  journal: number;
}

const BATCH_MS = 300;

export const curated = (item: Item): Curated => ({
  rating: item.rating,
  favorite: item.favorite,
  nsfw: item.nsfw,
  for_deletion: item.for_deletion,
});

class Curation {
  /** Token of the last write; the next search waits until it sees it. */
  token = 0;
  #overlay = new SvelteMap<number, Curated>();
  #everything = $state.raw<{ selection: string; except: Set<number>; change: Change }[]>([]);
  #queue: Pending[] = $state.raw([]);
  #journals: Journal[] = [];
  #timer: number | undefined;
  #sending: Promise<void> | null = null;

  /** Changes not yet on the server. */
  readonly waiting = $derived(this.#queue.length);

  /** What a picture carries now, with every change made on this page. */
  of(item: Item, selection?: string): Curated {
    const known = this.#overlay.get(item.id);
    if (known) return known;
    const base = curated(item);
    return this.#everything.reduce(
      (value, one) => (one.selection === selection && !one.except.has(item.id) ? { ...value, ...one.change } : value),
      base,
    );
  }

  /** Changes these pictures. */
  set(items: readonly Item[], change: Change): void {
    if (items.length === 0) return;
    const before = new Map(items.map((item) => [item.id, this.of(item)]));
    for (const [id, old] of before) this.#overlay.set(id, { ...old, ...change });
    const last = this.#sending === null ? this.#queue.at(-1) : undefined;
    if (last?.request.image_ids && sameChange(last.request.set, change)) mergeInto(last, before);
    else this.#queue = [...this.#queue, { request: { image_ids: [...before.keys()], set: change }, before }];
    this.#schedule();
  }

  /** Changes a whole result but for some pictures, as one statement. */
  setAll(selection: string, except: ReadonlySet<number>, change: Change): void {
    this.#everything = [...this.#everything, { selection, except: new Set(except), change }];
    const request = { selection, except: [...except], set: change };
    this.#queue = [...this.#queue, { request, before: new Map() }];
    this.#schedule();
  }

  /** Number of the last change that can be taken back here. */
  get lastJournal(): number | null {
    return this.#journals.at(-1)?.journal ?? null;
  }

  /** Takes back the last change; the first of the pictures it touched. */
  async undo(): Promise<readonly number[]> {
    await this.flush();
    const last = this.#journals.pop();
    if (!last) return [];
    try {
      const undone = await library.undo(last.journal);
      this.token = Math.max(this.token, undone.token);
      this.#putBack(last);
      const title = t('files.undid', { what: describeChange(last.request.set, undone.changed) });
      toasts.show({ name: 'curation', kind: 'done', title });
      return undone.image_ids;
    } catch (error) {
      this.#journals.push(last);
      refusedToast(t('files.not-undone'), error);
      return [];
    }
  }

  /** A change was taken back elsewhere: in the history. */
  undone(journal: number): void {
    const known = this.#journals.find((one) => one.journal === journal);
    if (!known) return;
    this.#journals = this.#journals.filter((one) => one !== known);
    this.#putBack(known);
  }

  #putBack(change: Pending): void {
    for (const [id, old] of change.before) this.#overlay.set(id, old);
    this.#forget(change);
  }

  /** Sends what waits; called by the timer, and when the server answers again. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#sending ??= this.#sendAll().finally(() => (this.#sending = null));
    return this.#sending;
  }

  /** A result newer than all that was written is on the screen: what was laid over the old one is in it. */
  settled(seen: number): void {
    if (this.#queue.length > 0 || this.#sending || this.token !== seen) return;
    this.#overlay.clear();
    this.#everything = [];
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.flush(), BATCH_MS);
  }

  async #sendAll(): Promise<void> {
    for (let next = this.#queue[0]; next; next = this.#queue[0]) {
      try {
        const written = await library.curate(next.request);
        this.token = Math.max(this.token, written.token);
        if (written.journal !== null) this.#journals.push({ ...next, journal: written.journal });
        this.#announce(next, written.changed);
      } catch (error) {
        if (error instanceof Unreachable) return; // stays in the queue
        this.#putBack(next);
        refusedToast(t('files.not-changed'), error);
      }
      this.#queue = this.#queue.slice(1);
    }
  }

  #forget(pending: Pending): void {
    const { selection, set } = pending.request;
    if (selection) this.#everything = this.#everything.filter((one) => one.selection !== selection || one.change !== set);
  }

  #announce(pending: Pending, changed: number): void {
    if (pending.before.size === 1) return; // one can see it
    const undo = { label: t('common.undo'), command: 'app.undo', run: () => void this.undo() };
    toasts.show({ name: 'curation', kind: 'done', title: describeChange(pending.request.set, changed), action: undo });
  }
}

function sameChange(a: Change, b: Change): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function mergeInto(waiting: Pending, before: Map<number, Curated>): void {
  for (const [id, old] of before) if (!waiting.before.has(id)) waiting.before.set(id, old);
  waiting.request.image_ids = [...waiting.before.keys()];
}

function refusedToast(title: string, error: unknown): void {
  if (error instanceof Unreachable) return;
  if (!(error instanceof Refused)) throw error;
  toasts.show({ name: 'curation', kind: 'error', title, detail: error.message });
}

export const curation = new Curation();
