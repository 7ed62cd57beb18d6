/** What runs in the background, told at most twice a second; failures count until somebody looked at them. */
import { untrack } from 'svelte';
import type { ScanRun } from '../api/types';
import { failuresOf, steadyRest } from '../lib/scans';
import { enrichment } from './enrichment.svelte';
import { isNumbers, keep, recall } from './kept';
import { live } from './live.svelte';
import { modelJobs } from './modelWork.svelte';

const PAUSE_MS = 500;
const MOST_READ = 200;

class Jobs {
  /** The running scans as they are told: not as often as they change. */
  scans: readonly ScanRun[] = $state.raw([]);
  #read: readonly number[] = $state.raw(recall('read-failures', isNumbers, []));
  #timer: number | undefined;

  readonly count = $derived(live.running.length + modelJobs.running.length + enrichment.active.length);
  /** Failures of scans that nobody looked at. */
  readonly unread = $derived(
    live.scans.filter((scan) => scan.state !== 'running' && !this.#read.includes(scan.id)).reduce((sum, scan) => sum + failuresOf(scan) + Number(scan.state === 'failed'), 0),
  );

  /** Begins to follow what runs. */
  start(): void {
    $effect.root(() => {
      $effect(() => {
        const now = live.running;
        untrack(() => {
          if (now.length === 0 || this.scans.length !== now.length) this.#tell(now);
          else this.#timer ??= window.setTimeout(() => this.#tell(live.running), PAUSE_MS);
        });
      });
    });
  }

  /** Somebody looks at what went wrong. */
  read(): void {
    const ended = live.scans.filter((scan) => scan.state !== 'running').map((scan) => scan.id);
    if (ended.every((id) => this.#read.includes(id))) return;
    this.#read = [...new Set([...this.#read, ...ended])].slice(-MOST_READ);
    keep('read-failures', this.#read);
  }

  #tell(now: readonly ScanRun[]): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const before = new Map(this.scans.map((scan) => [scan.id, scan.remaining_s]));
    this.scans = now.map((scan) => ({ ...scan, remaining_s: steadyRest(before.get(scan.id) ?? null, scan.remaining_s) }));
  }
}

export const jobs = new Jobs();
