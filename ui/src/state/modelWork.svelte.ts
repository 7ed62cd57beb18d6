/** Scans, hashes and look-ups of models, as the tray of jobs shows them. */
import * as places from '../api/places';
import { t, type MessageKey } from '../lib/messages.svelte';
import { sayRefusal } from './refusals';

const ACTIVE = ['waiting', 'running'];

class ModelJobs {
  list: readonly places.ModelWork[] = $state.raw([]);
  readonly running = $derived(this.list.filter((work) => ACTIVE.includes(work.state)));

  take(list: readonly places.ModelWork[]): void {
    this.list = list;
  }

  async refresh(): Promise<void> {
    this.list = await places.modelWork();
  }

  cancel = (kind: places.ModelWorkKind): Promise<void> => this.#ask(places.cancelModelWork(kind), 'jobs.not-cancelled');
  pause = (kind: places.ModelWorkKind): Promise<void> => this.#ask(places.pauseModelWork(kind), 'jobs.not-paused');
  resume = (kind: places.ModelWorkKind): Promise<void> => this.#ask(places.resumeModelWork(kind), 'jobs.not-resumed');

  async #ask(asked: Promise<void>, failure: MessageKey): Promise<void> {
    try {
      await asked;
    } catch (error) {
      sayRefusal(t(failure), error, 'jobs');
    }
  }
}

export const modelJobs = new ModelJobs();

const TITLES: Record<places.ModelWorkKind, MessageKey> = { scan: 'jobs.model-scan', hash: 'jobs.model-hash', civitai: 'jobs.model-civitai' };

export const modelWorkTitle = (work: places.ModelWork): string => t(TITLES[work.kind]);
/** It runs, waits, or can go on. */
export const isOpen = (work: places.ModelWork): boolean => isActive(work) || work.state === 'paused';
export const isActive = (work: places.ModelWork): boolean => ACTIVE.includes(work.state);
