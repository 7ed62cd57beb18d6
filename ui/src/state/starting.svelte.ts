/** Starts a run of models: over more than a few pictures only after it was told how long that takes. */
import type { Estimate } from '../api/enrichment';
import { t } from '../lib/messages.svelte';
import { reasonOf } from './refusals';

/** So many pictures are looked at without a word about the time. */
const FEW = 20;

export class Starting {
  estimate: Estimate | null = $state.raw(null);
  busy = $state(false);
  problem = $state('');
  /** Grows when something else is asked for: an estimate that comes later is of no use. */
  #turn = 0;

  /** Something else is to be done: what is known of the time holds no more. */
  forget(): void {
    this.#turn += 1;
    this.estimate = null;
  }

  /** Whether the next step is to estimate the time. */
  estimates = (count: number): boolean => count > FEW && this.estimate === null;

  measure(ask: () => Promise<Estimate>): Promise<void> {
    const mine = this.#turn;
    return this.#attempt(async () => {
      const found = await ask();
      if (mine === this.#turn) this.estimate = found;
    });
  }

  start(begin: () => Promise<void>): Promise<void> {
    return this.#attempt(async () => {
      await begin();
      this.forget();
    });
  }

  async #attempt(act: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    [this.busy, this.problem] = [true, ''];
    try {
      await act();
    } catch (error) {
      this.problem = reasonOf(error) ?? t('files.no-answer');
    } finally {
      this.busy = false;
    }
  }
}
