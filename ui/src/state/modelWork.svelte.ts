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

  async cancel(kind: places.ModelWorkKind): Promise<void> {
    try {
      await places.cancelModelWork(kind);
    } catch (error) {
      sayRefusal(t('jobs.not-cancelled'), error, 'jobs');
    }
  }
}

export const modelJobs = new ModelJobs();

const TITLES: Record<places.ModelWorkKind, MessageKey> = { scan: 'jobs.model-scan', hash: 'jobs.model-hash', civitai: 'jobs.model-civitai' };

export const modelWorkTitle = (work: places.ModelWork): string => t(TITLES[work.kind]);
export const isActive = (work: places.ModelWork): boolean => ACTIVE.includes(work.state);
