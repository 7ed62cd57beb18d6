/** A window in which a model runs and its results are reviewed: which run it shows, and what keys do in it. */
import * as api from '../api/enrichment';
import type { ResultKind, ResultState, Run } from '../api/enrichment';
import { enrichment, isActiveRun } from './enrichment.svelte';
import type { Thresholds } from '../lib/proposals';
import { reasonOf } from './refusals';
import { Review, type ReviewRow } from './review.svelte';
import { Unhurried } from './unhurried';

/** So many rows are loaded without being asked for; more come with scrolling. */
const AT_FIRST = 100;

/** Whose results are shown: those of the run, or all that wait. */
export type Scope = 'run' | 'all';

export class Reviewing {
  review: Review = $state.raw(new Review('tags'));
  /** Number of the result that is being edited; 0 for none. */
  editing = $state(0);
  #run: number | null = $state(null);
  #scope: Scope = $state('all');
  #state: ResultState = $state('waiting');
  /** How many results of the kind wait in all. */
  waiting = $state(0);
  #look = new Unhurried(() => this.#lookAtAll());
  readonly run: Run | undefined = $derived(this.#run === null ? undefined : enrichment.of(this.#run));
  /** There may be something to look through: a model of this kind ran once. */
  readonly any = $derived(this.#state !== 'waiting' || this.review.rows.length > 0 || enrichment.runs.some((run) => run.kind === this.review.kind && run.held));
  readonly active = $derived(this.run !== undefined && isActiveRun(this.run));
  /** Changes whenever a run of the kind has come further: what is asked again is worked off by a run of its own. */
  readonly pulse = $derived(
    enrichment.runs
      .filter((run) => run.kind === this.review.kind)
      .map((run) => `${run.id} ${run.state} ${run.done}`)
      .join(),
  );
  #hasBegun = false;

  constructor(kind: ResultKind) {
    this.review = new Review(kind);
  }

  /** How many results of other runs wait, where only those of one are shown. */
  get elsewhere(): number {
    return this.#scope === 'run' && this.#state === 'waiting' ? Math.max(0, this.waiting - this.review.total) : 0;
  }

  get scope(): Scope {
    return this.#scope;
  }

  /** Whether what waits is shown, or what was accepted or rejected. */
  get state(): ResultState {
    return this.#state;
  }

  /** Shows a run: this one, or that which goes on or rests. Without any, whatever waits for a word. */
  async begin(id?: number): Promise<void> {
    await enrichment.look();
    const kind = this.review.kind;
    const open = enrichment.runs.find((run) => run.kind === kind && (id === undefined ? isActiveRun(run) || run.state === 'paused' : run.id === id));
    if (open) this.#run = open.id;
    this.#look.ask();
    await this.choose(open ? 'run' : 'all');
    this.#hasBegun = true;
  }

  /** Shows a run that was just started, and what it finds. */
  async started(run: Run): Promise<void> {
    this.#run = run.id;
    await enrichment.look();
    await this.choose('run');
  }

  /** Shows the results of the run alone, or all of its kind: those that wait, or were accepted or rejected. */
  async choose(scope: Scope, state: ResultState = 'waiting'): Promise<void> {
    this.#scope = scope;
    this.#state = state;
    this.editing = 0;
    this.review = this.review.narrowed(scope === 'run' && this.#run !== null ? [this.#run] : null, state);
    await this.review.more();
  }

  /** Called whenever a run has come further. */
  async cameFurther(): Promise<void> {
    if (!this.#hasBegun) return;
    this.#look.ask();
    if (this.review.rows.length < AT_FIRST || this.review.listed === 0) await this.review.more();
    else this.review.recount();
    if (!this.active) await this.review.compare();
  }

  async #lookAtAll(): Promise<void> {
    try {
      this.waiting = (await api.results({ kind: this.review.kind, runs: null }, 'waiting', 0, 1)).total;
    } catch (error) {
      reasonOf(error); // the number of all is told by the next answer
    }
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

  async reopen(row: ReviewRow): Promise<void> {
    await this.review.reopen(row);
    this.#look.ask();
  }

  /** Accepts everything that is listed, shown or not. */
  async acceptAll(thresholds: Thresholds): Promise<void> {
    await this.review.acceptAll(thresholds);
    this.#look.ask();
  }

  /** Accepts the tags of all of it that are as sure as this. */
  async acceptSure(sureFrom: number, thresholds: Thresholds): Promise<void> {
    await this.review.acceptSure(sureFrom, thresholds);
    this.#look.ask();
  }

  /** Goes on at once; when the server has answered, more rows may be wanted. */
  async #decided(place: number, answer: Promise<boolean>): Promise<void> {
    this.#next(place);
    const done = await answer;
    this.#look.ask();
    if (done && this.review.waiting === 0 && this.review.total > 0) await this.review.more();
  }

  /** From the row that was decided to the next one that waits; if none does, it stays. */
  #next(place: number): void {
    this.editing = 0;
    const { review } = this;
    const next = review.rows.findIndex((row, at) => at > place && row.verdict === 'waiting');
    review.caret = next >= 0 ? next : place;
  }
}
