/** Ties a button to its command: tooltip with key, `aria-keyshortcuts`, and the key cap shown while Alt is held. */
import type { Attachment } from 'svelte/attachments';
import { ariaKeys } from '../../lib/keys';
import { commandOf, keysOf, keyText, titleOf } from '.';

/** `{@attach forCommand('view.sidebar')}`; `title` stands in place of the command's own title. */
export function forCommand(id: string, title?: string): Attachment<HTMLElement> {
  return (element) => {
    const command = commandOf(id);
    if (!command) return;
    const key = keyText(id);
    const words = title ?? titleOf(command);
    element.dataset.command = id;
    element.title = key ? `${words}  ${key}` : words;
    const shortcuts = ariaKeys(keysOf(id));
    if (shortcuts) element.setAttribute('aria-keyshortcuts', shortcuts);
    else element.removeAttribute('aria-keyshortcuts');
  };
}
