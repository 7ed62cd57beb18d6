/** Runs of models over pictures. The server tells of them by itself; they are asked for only while it cannot. */
import * as api from '../api/enrichment';
import { steadyRest } from '../lib/scans';
import { t } from '../lib/messages.svelte';
import { reasonOf, sayRefusal } from './refusals';

/** Between two questions while the stream of events is down. */
const EVERY_MS = 3000;
const ACTIVE: readonly api.Run['state'][] = ['waiting', 'running'];

export const isActiveRun = (run: api.Run): boolean => ACTIVE.includes(run.state);
export const shareOfRun = (run: api.Run): number => (run.total > 0 ? Math.min(1, (run.done + run.failed) / run.total) : 1);
export const titleOfRun = (run: api.Run): string => t(run.kind === 'caption' ? 'enrich.captioning' : 'enrich.tagging');

export class Enrichment {
  runs: readonly api.Run[] = $state.raw([]);
  readonly active = $derived(this.runs.filter(isActiveRun));
  #isTold = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  of(id: number): api.Run | undefined {
    return this.runs.find((run) => run.id === id);
  }

  /** Asks now; and again and again while something runs that nobody tells of. */
  async look(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      this.#know(await api.runs());
    } catch (error) {
      reasonOf(error); // the next answer shows what is so; a server that is gone has a notice of its own
    }
    this.#lookLater();
  }

  pause = (id: number): Promise<void> => this.#ask(() => api.pauseRun(id));
  cancel = (id: number): Promise<void> => this.#ask(() => api.cancelRun(id));
  resume = (id: number, retryFailed = false): Promise<void> => this.#ask(() => api.resumeRun(id, retryFailed));

  /** The stream of events is open, or it broke. */
  told(isTold: boolean): void {
    this.#isTold = isTold;
    this.#lookLater();
  }

  /** What an event tells: of the newest runs. One that was started a moment ago may be newer than the event. */
  take(runs: readonly api.Run[]): void {
    const ids = runs.map((run) => run.id);
    const [oldest, newest] = [Math.min(...ids), Math.max(...ids)];
    const others = this.runs.filter((run) => run.id > newest || run.id < oldest);
    this.#know([...runs, ...others].sort((one, other) => other.id - one.id));
  }

  #know(runs: readonly api.Run[]): void {
    const before = new Map(this.runs.map((run) => [run.id, run.remaining_s]));
    this.runs = runs.map((run) => ({ ...run, remaining_s: steadyRest(before.get(run.id) ?? null, run.remaining_s) }));
  }

  #lookLater(): void {
    clearTimeout(this.#timer);
    if (!this.#isTold && this.active.length > 0) this.#timer = setTimeout(() => void this.look(), EVERY_MS);
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
