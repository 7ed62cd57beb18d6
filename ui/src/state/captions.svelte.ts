/** Writing captions: shown at once, undone from the message. */
import * as api from '../api/panel';
import { t } from '../lib/messages.svelte';
import { detail } from './detail.svelte';
import { journal } from './journal.svelte';
import type { Picked } from './picked';
import { sayRefusal } from './refusals';

/** Gives pictures a caption; "" takes it away, null gives that of the file again. False where it was refused. */
export async function writeCaption(about: Picked, caption: string | null): Promise<boolean> {
  const [item] = about.items;
  const before = item && about.count === 1 ? detail.recaption(item.id, caption) : null;
  try {
    const written = await api.setCaption(about.named, caption);
    const title = caption ? t('panel.captioned', { count: about.count }) : t('panel.caption-removed', { count: about.count });
    journal.wrote(caption === null ? t('panel.caption-of-file', { count: about.count }) : title, written);
    return true;
  } catch (error) {
    if (before) detail.restore(before);
    sayRefusal(t('panel.caption-not-written'), error);
    return false;
  }
}
