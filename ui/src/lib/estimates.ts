/** Words for how long a run of models would take, and how that is known. */
import type { Estimate } from '../api/enrichment';
import { t, type MessageKey } from './messages.svelte';

const DEVICES: Readonly<Record<string, MessageKey>> = { cpu: 'enrich.device-cpu', cuda: 'enrich.device-cuda', directml: 'enrich.device-directml' };

/** What models run on: "cpu, cuda × 2" as one says it; a server, or what this page has no word for, by its own name. */
export const deviceWords = (device: string): string =>
  device
    .split(', ')
    .map((one) => {
      const [name = '', ...more] = one.split(' ');
      const known = DEVICES[name];
      return known ? [t(known), ...more].join(' ') : one;
    })
    .join(', ');

/** How the time is known. */
export function estimateWords({ basis, tried }: Estimate): string {
  if (basis === 'trial') return t('enrich.estimate-trial', { tried });
  if (basis === 'earlier_run') return t('enrich.estimate-earlier');
  return t(basis === 'asked' ? 'enrich.estimate-asked' : 'enrich.estimate-later');
}
