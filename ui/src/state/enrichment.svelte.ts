/** Runs of models over pictures: asked for while one goes on, so that progress is seen and nothing is asked in vain. */
import * as api from '../api/enrichment';
import { Unreachable } from '../api/client';
import { steadyRest } from '../lib/scans';
import { t } from '../lib/messages.svelte';
import { reasonOf, sayRefusal } from './refusals';

const EVERY_MS = 600;
/** The server is gone, or busy: asked again after so long. */
const REST_MS = 3000;
const ACTIVE: readonly api.Run['state'][] = ['waiting', 'running'];

export const isActiveRun = (run: api.Run): boolean => ACTIVE.includes(run.state);
export const shareOfRun = (run: api.Run): number => (run.total > 0 ? Math.min(1, (run.done + run.failed) / run.total) : 1);
export const titleOfRun = (run: api.Run): string => t(run.kind === 'caption' ? 'enrich.captioning' : 'enrich.tagging');

class Enrichment {
  runs: readonly api.Run[] = $state.raw([]);
  readonly active = $derived(this.runs.filter(isActiveRun));
  #timer: number | undefined;

  of(id: number): api.Run | undefined {
    return this.runs.find((run) => run.id === id);
  }

  /** Asks now, and again and again while something runs. */
  async look(): Promise<void> {
    clearTimeout(this.#timer);
    let pause = EVERY_MS;
    try {
      this.take(await api.runs());
    } catch (error) {
      if (!(error instanceof Unreachable)) reasonOf(error);
      pause = REST_MS;
    }
    clearTimeout(this.#timer);
    if (this.active.length > 0) this.#timer = window.setTimeout(() => void this.look(), pause);
  }

  pause = (id: number): Promise<void> => this.#ask(() => api.pauseRun(id));
  cancel = (id: number): Promise<void> => this.#ask(() => api.cancelRun(id));
  resume = (id: number, retryFailed = false): Promise<void> => this.#ask(() => api.resumeRun(id, retryFailed));

  /** What the server tells of its runs. */
  take(runs: readonly api.Run[]): void {
    const before = new Map(this.runs.map((run) => [run.id, run.remaining_s]));
    this.runs = runs.map((run) => ({ ...run, remaining_s: steadyRest(before.get(run.id) ?? null, run.remaining_s) }));
  }

  async #ask(act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
    } catch (error) {
      sayRefusal(t('enrich.not-done'), error, 'jobs');
    }
    await this.look();
  }
}

export const enrichment = new Enrichment();
