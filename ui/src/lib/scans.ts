/** Words for the progress of a scan. */
import type { ScanRun } from '../api/types';
import { count, plural, remaining } from './format';

export const stageWords = (scan: ScanRun): string => (scan.stage === 'deep' ? 'Reading metadata' : 'Listing files');

/** Part that is done, 0 to 1; 0 while the total is not known. */
export const shareOf = (scan: ScanRun): number => (scan.total ? Math.min(1, scan.done / scan.total) : 0);

export const amountOf = (scan: ScanRun): string =>
  scan.total === null ? plural(scan.done, 'file') : `${count(scan.done)} of ${count(scan.total)}`;

export interface RateAndRest {
  rate: string;
  rest: string;
}

export function rateAndRest(scan: ScanRun): RateAndRest {
  const unit = scan.stage === 'deep' ? 'images/s' : 'files/s';
  return {
    rate: scan.rate_per_s > 0 ? `${count(Math.round(scan.rate_per_s))} ${unit}` : '',
    rest: scan.remaining_s === null || scan.remaining_s <= 0 ? '' : `${remaining(scan.remaining_s)} left`,
  };
}

export function doneWords(scan: ScanRun): string {
  if (scan.state === 'failed') return `Not scanned: ${scan.root_path}`;
  const name = scan.root_path.split(/[\\/]/).filter(Boolean).at(-1) ?? scan.root_path;
  const parts = [`${scan.state === 'cancelled' ? 'Cancelled scanning' : 'Scanned'} ${name}`];
  const { new: added = 0, failed = 0, missing = 0 } = scan.counts;
  parts.push(`${count(added)} new`);
  if (missing) parts.push(`${count(missing)} missing`);
  if (failed) parts.push(`${count(failed)} could not be read`);
  return parts.join(', ');
}
