/** Copies text, and says where the browser does not let us. */
import { copyText } from '../lib/clipboard';
import { t } from '../lib/messages.svelte';
import { toasts } from './toasts.svelte';

/** True where it is in the clipboard. `what`: named in a message, for what one cannot see. */
export async function copied(text: string, what?: string): Promise<boolean> {
  try {
    await copyText(text);
  } catch {
    toasts.show({ name: 'copy', kind: 'error', title: t('panel.not-copied'), detail: t('panel.no-clipboard') });
    return false;
  }
  if (what) toasts.show({ name: 'copy', kind: 'done', title: what });
  return true;
}
