/** Which pictures a model may be let look at: one, those that are selected, or all that the search found. */
import { t } from '../lib/messages.svelte';
import { picked, pickedSelection, type Picked } from './picked';
import { result } from './result.svelte';
import { viewer } from './viewer.svelte';

export type TargetName = 'one' | 'selected' | 'all';

export interface Target {
  name: TargetName;
  picked: Picked;
}

/** What there is to choose from, the likeliest first. */
export function targets(): Target[] {
  const found: Target[] = [];
  const now = picked();
  const selection = pickedSelection();
  if (viewer.isOpen && now) found.push({ name: 'one', picked: now });
  if (selection) found.push({ name: 'selected', picked: selection });
  const shown = result.shown;
  if (shown && result.total > 0) found.push({ name: 'all', picked: { count: result.total, items: [], named: { selection: shown.selection, except: [] } } });
  if (!viewer.isOpen && !selection && now) found.push({ name: 'one', picked: now });
  return found;
}

export const targetName = ({ name, picked: { count } }: Target): string =>
  name === 'one' ? t('enrich.this-one') : name === 'selected' ? t('enrich.selected', { count }) : t('enrich.all-found', { count });
