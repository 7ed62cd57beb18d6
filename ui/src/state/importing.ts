/** Brings in what another program, or an export of ours, knows about the pictures. */
import * as library from '../api/library';
import { t } from '../lib/messages.svelte';
import { curation } from './curation.svelte';
import { sayRefusal } from './refusals';
import { toasts } from './toasts.svelte';

export async function importFile(file: File): Promise<void> {
  toasts.show({ name: 'import', kind: 'new', title: t('welcome.importing', { name: file.name }), stays: true });
  try {
    const done = await library.importCuration(file);
    curation.token = Math.max(curation.token, done.token);
    const detail = done.unknown.length > 0 ? t('welcome.import-unknown', { count: done.pictures - done.found }) : undefined;
    toasts.show({ name: 'import', kind: 'done', title: t('welcome.imported', { count: done.found }), detail });
  } catch (error) {
    toasts.close('import');
    sayRefusal(t('welcome.not-imported'), error, 'import');
  }
}
