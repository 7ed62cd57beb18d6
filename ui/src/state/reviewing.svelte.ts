/** A window in which a model runs and its results are reviewed: which run it shows, and what keys do in it. */
import type { ResultKind, Run } from '../api/enrichment';
import { enrichment, isActiveRun } from './enrichment.svelte';
import type { Thresholds } from '../lib/proposals';
import { Review } from './review.svelte';

/** So many rows are loaded without being asked for; more come with scrolling. */
const AT_FIRST = 100;

export class Reviewing {
  review: Review = $state.raw(new Review('tags'));
  /** Number of the result that is being edited; 0 for none. */
  editing = $state(0);
  #run: number | null = $state(null);
  readonly run: Run | undefined = $derived(this.#run === null ? undefined : enrichment.of(this.#run));
  readonly active = $derived(this.run !== undefined && isActiveRun(this.run));

  constructor(kind: ResultKind) {
    this.review = new Review(kind);
  }

  /** Shows the run of this kind that goes on or rests, if there is one; and whatever waits for a word. */
  async begin(): Promise<void> {
    await enrichment.look();
    const kind = this.review.kind;
    const open = enrichment.runs.find((run) => run.kind === kind && (isActiveRun(run) || run.state === 'paused'));
    if (open) this.#run = open.id;
    await this.review.more();
  }

  /** Shows a run that was just started; its results come after those that wait already. */
  async started(run: Run): Promise<void> {
    this.review = new Review(this.review.kind);
    this.#run = run.id;
    this.editing = 0;
    await enrichment.look();
  }

  /** Called whenever the run has come further. */
  async cameFurther(): Promise<void> {
    if (this.review.rows.length < AT_FIRST || this.review.waiting === 0) await this.review.more();
  }

  /** Does what a key means here; false where it means nothing. */
  key(key: string, thresholds: Thresholds): boolean {
    const { review } = this;
    const at = review.caret;
    switch (key.toLowerCase()) {
      case 'arrowdown':
        review.move(1);
        return true;
      case 'arrowup':
        review.move(-1);
        return true;
      case 'a':
        void this.accept(at, thresholds);
        return true;
      case 'r':
        void this.reject(at);
        return true;
      case 't':
        if (review.kind !== 'caption') return false;
        void this.again(at);
        return true;
      case 'e':
        if (review.current?.verdict === 'waiting') this.editing = review.current.result.id;
        return true;
      case 'z':
        void review.undo();
        return true;
      default:
        return false;
    }
  }

  async accept(place: number, thresholds: Thresholds): Promise<void> {
    const row = this.review.rows[place];
    if (row) await this.#decided(place, this.review.accept(row, thresholds));
  }

  async reject(place: number): Promise<void> {
    const row = this.review.rows[place];
    if (row) await this.#decided(place, this.review.reject(row));
  }

  async again(place: number): Promise<void> {
    const row = this.review.rows[place];
    if (row) await this.#decided(place, this.review.again(row));
    await enrichment.look();
  }

  /** Goes on at once; when the server has answered, more rows may be wanted. */
  async #decided(place: number, answer: Promise<boolean>): Promise<void> {
    this.#next(place);
    if ((await answer) && this.review.waiting === 0 && this.review.total > 0) await this.review.more();
  }

  /** From the row that was decided to the next one that waits; if none does, it stays. */
  #next(place: number): void {
    this.editing = 0;
    const { review } = this;
    const next = review.rows.findIndex((row, at) => at > place && row.verdict === 'waiting');
    review.caret = next >= 0 ? next : place;
  }
}
