/** Words for the progress of a scan. */
import type { ScanRun } from '../api/types';
import { remaining } from './format';
import { t } from './messages.svelte';
import { inFolder } from './query/quote';

export const stageWords = (scan: ScanRun): string => t(scan.stage === 'deep' ? 'jobs.reading' : 'jobs.listing');

/** Part that is done, 0 to 1; 0 while the total is not known. */
export const shareOf = (scan: ScanRun): number => (scan.total ? Math.min(1, scan.done / scan.total) : 0);

export const amountOf = (scan: ScanRun): string =>
  scan.total === null ? t('common.files', { count: scan.done }) : t('jobs.done-of', { done: scan.done, total: scan.total });

export interface RateAndRest {
  rate: string;
  rest: string;
}

export function rateAndRest(scan: ScanRun): RateAndRest {
  const rate = Math.round(scan.rate_per_s);
  return {
    rate: rate > 0 ? t(scan.stage === 'deep' ? 'jobs.images-rate' : 'jobs.files-rate', { rate }) : '',
    rest: restWords(scan.remaining_s),
  };
}

/** "4 min left", or nothing where it is not known. */
export const restWords = (seconds: number | null): string =>
  seconds === null || seconds <= 0 ? '' : t('jobs.left', { time: remaining(seconds) });

/** The last name of a path, as one calls a folder. */
export const folderName = (path: string): string => path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;

export function doneWords(scan: ScanRun): string {
  if (scan.state === 'failed') return t('jobs.not-scanned', { path: scan.root_path });
  const name = folderName(scan.root_path);
  const { new: added = 0, failed = 0, missing = 0 } = scan.counts;
  const parts = [t(scan.state === 'cancelled' ? 'jobs.cancelled' : 'jobs.scanned', { name }), t('jobs.new', { count: added })];
  if (missing) parts.push(t('jobs.missing', { count: missing }));
  if (failed) parts.push(t('jobs.failed', { count: failed }));
  return parts.join(', ');
}

/** How many files a scan could not read. */
export const failuresOf = (scan: ScanRun): number => scan.counts['failed'] ?? 0;

/** Finds the pictures of a scan that have problems. */
export const problemQuery = (scan: ScanRun): string => `problem:true ${inFolder(scan.root_path)}`;

/** A text that is seldom told anew: "4 min left" does not jump up by less than a fifth. */
export function steadyRest(shown: number | null, now: number | null): number | null {
  if (shown === null || now === null) return now;
  return now > shown && now < shown * 1.2 ? shown : now;
}
