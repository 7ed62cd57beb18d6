/**
 * Results that wait for a person's word, or those that were accepted or rejected, in the order they came. What is decided
 * stays where it is until one leaves.
 */
import * as api from '../api/enrichment';
import * as library from '../api/library';
import type { Item, Written } from '../api/types';
import { t } from '../lib/messages.svelte';
import { isEdited, type Thresholds } from '../lib/proposals';
import { curation } from './curation.svelte';
import { journal } from './journal.svelte';
import { reasonOf, sayRefusal } from './refusals';
import { Unhurried } from './unhurried';

/** decided: settled with one of its tags, or in another window. */
export type Verdict = 'waiting' | 'accepted' | 'rejected' | 'again' | 'decided';

export interface ReviewRow {
  result: api.WaitingResult;
  /** The picture, once it is known. */
  item: Item | undefined;
  verdict: Verdict;
}

const PAGE = 50;
const LARGEST_PAGE = 500;
/** More tags than one looks at to decide for all. */
const MOST_TAGS = 40;
/** As many runs as one question may name. */
const MOST_RUNS = 100;

export class Review {
  rows: readonly ReviewRow[] = $state.raw([]);
  /** Place of the row that keys act on. */
  caret = $state(0);
  /** How many results there are of the state, shown here or not. */
  total = $state(0);
  tags: readonly api.WaitingTag[] = $state.raw([]);
  busy = $state(false);
  readonly current = $derived(this.rows[this.caret]);
  readonly waiting = $derived(this.rows.filter((row) => row.verdict === 'waiting').length);
  /** How many rows are of the state that is listed. */
  readonly listed = $derived(this.rows.filter((row) => row.verdict === this.state).length);
  readonly accepted = $derived(this.rows.filter((row) => row.verdict === 'accepted').length);
  readonly rejected = $derived(this.rows.filter((row) => row.verdict === 'rejected').length);
  readonly kind: api.ResultKind;
  readonly state: api.ResultState;
  /** Whose results are shown: of these runs, or of all where it is null. */
  #runs: readonly number[] | null;
  /** Number of the result behind which more may wait. */
  #after = 0;
  #done: { journal: number; ids: readonly number[] }[] = $state.raw([]);
  readonly canUndo = $derived(this.#done.length > 0);
  #asking: Promise<void> | null = null;
  #turn: Promise<boolean> = Promise.resolve(true);
  #items = new Map<number, Item>();
  #tagsLook = new Unhurried(() => this.#lookAtTags());
  #countLook = new Unhurried(() => this.#count());

  constructor(kind: api.ResultKind, runs: readonly number[] | null = null, state: api.ResultState = 'waiting') {
    this.kind = kind;
    this.#runs = runs;
    this.state = state;
  }

  /** The same with other results; what was done stays to be undone. */
  narrowed(runs: readonly number[] | null, state: api.ResultState = 'waiting'): Review {
    const other = new Review(this.kind, runs, state);
    other.#done = this.#done;
    return other;
  }

  get #which(): api.Narrowed {
    return { kind: this.kind, runs: this.#runs };
  }

  /** Adds what came since, at the end, as far as a page goes. */
  more(): Promise<void> {
    this.#asking ??= this.#more().finally(() => (this.#asking = null));
    return this.#asking;
  }

  async #more(): Promise<void> {
    try {
      const page = await api.results(this.#which, this.state, this.#after, this.#after < this.#last ? LARGEST_PAGE : PAGE);
      await this.#learn(page.items);
      const known = new Set(this.rows.map((row) => row.result.id));
      const fresh = page.items.filter((result) => !known.has(result.id));
      if (fresh.length > 0) this.rows = [...this.rows, ...fresh.map((result): ReviewRow => ({ result, item: this.#items.get(result.image_id), verdict: this.state }))];
      this.total = page.total;
      // A run that finds something new about a picture takes over the number that waited: it may lie before the last one.
      this.#after = page.next ?? (this.total > this.listed ? 0 : this.#last);
      this.#tagsLook.ask();
    } catch (error) {
      sayRefusal(t('enrich.not-listed'), error, 'review');
    }
  }

  get #last(): number {
    return this.rows.reduce((most, row) => Math.max(most, row.result.id), 0);
  }

  /** Counts anew, while more comes than is shown. */
  recount(): void {
    this.#countLook.ask();
    this.#tagsLook.ask();
  }

  async #count(): Promise<void> {
    try {
      this.total = (await api.results(this.#which, this.state, this.#last, 1)).total;
    } catch (error) {
      reasonOf(error); // the count may be old; the next one is right
    }
  }

  async #lookAtTags(): Promise<void> {
    if (this.kind !== 'tags' || this.state !== 'waiting') return;
    try {
      this.tags = this.total > 0 ? (await api.waitingTags(this.#which)).slice(0, MOST_TAGS) : [];
    } catch (error) {
      reasonOf(error);
    }
  }

  move(by: number): void {
    this.caret = Math.max(0, Math.min(this.rows.length - 1, this.caret + by));
  }

  accept(row: ReviewRow, thresholds: Thresholds): Promise<boolean> {
    return this.#decide([row], 'accepted', (ids) => api.acceptResults({ ids }, isEdited(row.result) ? {} : { ...thresholds }));
  }

  reject(row: ReviewRow): Promise<boolean> {
    return this.#decide([row], 'rejected', (ids) => api.rejectResults({ ids }));
  }

  /** Asks the model anew; what it says comes as a new row. */
  again(row: ReviewRow): Promise<boolean> {
    return this.#decide([row], 'again', async (ids) => {
      const retried = await api.retryResults({ ids });
      if (this.#runs) {
        const [own = 0, ...later] = [...this.#runs, ...retried.runs];
        this.#runs = [own, ...later.slice(1 - MOST_RUNS)];
      }
      return retried;
    });
  }

  /** Accepts everything that waits, shown here or not. Edited ones keep all they were given. */
  async acceptAll(thresholds: Thresholds): Promise<void> {
    await this.#work(async () => {
      const edited = this.rows.filter((row) => row.verdict === 'waiting' && isEdited(row.result)).map((row) => row.result.id);
      if (edited.length > 0) this.#wrote(await api.acceptResults({ ids: edited }, {}), edited);
      const ids = this.rows.filter((row) => row.verdict === 'waiting').map((row) => row.result.id);
      this.#wrote(await api.acceptResults(api.allOf(this.#which), { ...thresholds }), ids);
      this.#mark(ids, 'accepted');
      await this.#compare();
    });
  }

  /** Accepts the tags that are as sure as this in everything that waits; the more doubtful ones go on waiting. */
  async acceptSure(sureFrom: number, thresholds: Thresholds): Promise<void> {
    await this.#work(async () => {
      this.#wrote(await api.acceptSure(api.allOf(this.#which), sureFrom, { ...thresholds }), []);
      await this.#compare('accepted');
    });
  }

  /** Lets a result that was rejected wait again. */
  async reopen(row: ReviewRow): Promise<void> {
    await this.#work(async () => {
      this.#wrote(await api.reopenResults({ ids: [row.result.id] }), [row.result.id]);
      await this.#compare();
    });
  }

  /** Settles one tag over everything that waits. */
  async settle(name: string, decision: 'take' | 'refuse'): Promise<void> {
    await this.#work(async () => {
      this.#wrote(await api.settleTag(api.allOf(this.#which), name, decision), []);
      await this.#compare();
    });
  }

  editTags(row: ReviewRow, names: readonly string[]): Promise<boolean> {
    return this.#edit(row, () => api.editTags(row.result.id, names));
  }

  editCaption(row: ReviewRow, text: string): Promise<boolean> {
    return this.#edit(row, () => api.editCaption(row.result.id, text));
  }

  async #edit(row: ReviewRow, act: () => Promise<Written>): Promise<boolean> {
    return this.#work(async () => {
      this.#wrote(await act(), [row.result.id]);
      const page = await api.results({ kind: this.kind, runs: null }, 'waiting', row.result.id - 1, 1);
      const now = page.items.find((one) => one.id === row.result.id);
      if (now) this.rows = this.rows.map((one) => (one.result.id === now.id ? { ...one, result: now } : one));
    });
  }

  /** Takes back the last thing that was done here, and goes to where it was done. */
  async undo(): Promise<void> {
    await this.#work(async () => {
      const last = this.#done.at(-1);
      if (!last) return;
      this.#done = this.#done.slice(0, -1);
      await journal.undoAction(last.journal);
      await this.#compare();
      const place = this.rows.findIndex((row) => row.result.id === last.ids[0]);
      if (place >= 0) this.caret = place;
    });
  }

  async #decide(rows: readonly ReviewRow[], verdict: Verdict, act: (ids: number[]) => Promise<Written>): Promise<boolean> {
    const ids = rows.filter((row) => row.verdict === 'waiting').map((row) => row.result.id);
    if (ids.length === 0) return false;
    this.#mark(ids, verdict); // shown at once; what is refused waits again
    const done = await this.#work(async () => this.#wrote(await act(ids), ids));
    if (!done) this.#mark(ids, 'waiting');
    return done;
  }

  /** One after the other: keys that are pressed fast are all done, in their order. */
  #work(act: () => Promise<void>): Promise<boolean> {
    const mine = this.#turn.then(() => this.#doNow(act));
    this.#turn = mine;
    return mine;
  }

  async #doNow(act: () => Promise<void>): Promise<boolean> {
    this.busy = true;
    try {
      await act();
      return true;
    } catch (error) {
      sayRefusal(t('enrich.not-done'), error, 'review');
      return false;
    } finally {
      this.busy = false;
    }
  }

  #wrote(written: Written, ids: readonly number[]): void {
    curation.token = Math.max(curation.token, written.token);
    if (written.journal !== null) {
      this.#done = [...this.#done, { journal: written.journal, ids }];
      journal.wrote(t('enrich.reviewed', { count: written.changed }), written, { quiet: true });
    }
  }

  #mark(ids: readonly number[], verdict: Verdict): void {
    if (this.state === 'waiting') this.total = Math.max(0, this.total + (verdict === 'waiting' ? ids.length : -ids.length));
    this.rows = this.rows.map((row) => (ids.includes(row.result.id) ? { ...row, verdict } : row));
  }

  /** Shows what became of the rows elsewhere: a run that goes over the same pictures replaces what waits. */
  async compare(): Promise<void> {
    if (this.rows.length > 0) await this.#work(() => this.#compare());
  }

  /** Holds the rows against what waits on the server: what waits again, what was settled with a tag. `gone`: what became of that. */
  async #compare(gone: Verdict = 'decided'): Promise<void> {
    const found = new Map<number, api.WaitingResult>();
    let after: number | null = Math.min(...this.rows.map((row) => row.result.id)) - 1;
    while (after !== null && after < this.#last) {
      const page: api.WaitingPage = await api.results({ kind: this.kind, runs: null }, 'waiting', after, LARGEST_PAGE);
      for (const result of page.items) found.set(result.id, result);
      after = page.next;
    }
    this.rows = this.rows.map((row): ReviewRow => {
      const now = found.get(row.result.id);
      if (now) return { ...row, result: now, verdict: 'waiting' };
      return row.verdict === 'waiting' ? { ...row, verdict: gone } : row;
    });
    await this.#count();
    await this.#lookAtTags();
  }

  /** Learns of the pictures of these results. */
  async #learn(results: readonly api.WaitingResult[]): Promise<void> {
    const ids = [...new Set(results.map((one) => one.image_id))].filter((id) => !this.#items.has(id));
    if (ids.length === 0) return;
    const found = await library.search({ q: `id:${ids.join(',')}`, sort: 'date' });
    for (const item of await library.items(found.selection, 0, ids.length)) this.#items.set(item.id, item);
  }
}
