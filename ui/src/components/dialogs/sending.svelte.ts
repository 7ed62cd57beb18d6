/** A dialog that sends something: busy meanwhile, closed after, and where it was refused it says why. */
import { t } from '../../lib/messages.svelte';
import { reasonOf } from '../../state/refusals';
import { dialogs } from '../../state/dialogs.svelte';

export class Sending {
  busy = $state(false);
  problem = $state('');

  async run(act: () => Promise<unknown>, close = true): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = '';
    const asked = dialogs.open;
    try {
      await act();
      // What was done may have opened the next question.
      if (close && dialogs.open === asked) dialogs.close();
      return true;
    } catch (error) {
      this.problem = reasonOf(error) ?? t('files.no-answer');
      return false;
    } finally {
      this.busy = false;
    }
  }
}
