/** Other programs of the machine of the library that may open pictures; their list stands in the settings. */
import * as places from '../api/places';
import type { Item } from '../api/types';
import { t } from '../lib/messages.svelte';
import { sayRefusal } from './refusals';

/** The server opens no more at once. */
const MOST_FILES = 100;

class Programs {
  /** This page is shown on that machine, where programs and the file manager open. */
  here = $state(false);
  names: readonly string[] = $state.raw([]);

  async refresh(): Promise<void> {
    const { here, programs } = await places.programs();
    this.here = here;
    this.names = programs.map((program) => program.name);
  }

  async open(name: string, items: readonly Item[]): Promise<void> {
    try {
      await places.openWith(name, items.slice(0, MOST_FILES).map((item) => item.id));
    } catch (error) {
      sayRefusal(t('files.not-opened', { name }), error);
    }
  }
}

export const programs = new Programs();
