/** Copies text, and says where the browser does not let us. */
import { copyPicture, copyText, takesPictures } from '../lib/clipboard';
import { t } from '../lib/messages.svelte';
import { toasts } from './toasts.svelte';

/** Says whether the picture of an address came into the clipboard, and why not. */
export async function copiedPicture(address: string): Promise<void> {
  const refused = (detail: string): void => toasts.show({ name: 'copy', kind: 'error', title: t('panel.not-copied'), detail });
  if (!takesPictures()) return refused(t('panel.no-clipboard'));
  try {
    await copyPicture(address);
  } catch {
    return refused(t('panel.picture-not-copied'));
  }
  toasts.show({ name: 'copy', kind: 'done', title: t('panel.copied-picture') });
}

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
