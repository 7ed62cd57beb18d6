/** New pictures while somebody browses: at the very top they appear at once, elsewhere a message offers them. */
import * as library from '../api/library';
import { Refused, Unreachable } from '../api/client';
import { plural } from '../lib/format';
import { address } from './address.svelte';
import { curation } from './curation.svelte';
import { detail } from './detail.svelte';
import { grid } from './grid.svelte';
import { live } from './live.svelte';
import { result } from './result.svelte';
import { selected } from './selected.svelte';
import { refresh } from './show';
import { sidebar } from './sidebar.svelte';
import { toasts } from './toasts.svelte';
import { viewer } from './viewer.svelte';

/** Time between two looks, and what is added to it per picture: a million shapes are a megabyte. */
const PAUSE_MS = 1000;
const PAUSE_PER_PICTURE_MS = 0.005;

class Updates {
  /** The library has changed since the result on the screen was made. */
  #stale = $state(false);
  /** It has changed since we looked. */
  #unlooked = $state(false);
  #busy = $state(false);

  /** True where a new result pushes nothing away under the pointer. */
  readonly #mayChange = $derived(grid.top < 1 && selected.count === 0 && !viewer.isOpen);

  start(): void {
    live.onChanged(() => this.changed());
    live.onScanEnded(() => this.changed());
    live.onBack(() => void this.#back());
    document.addEventListener('visibilitychange', () => this.changed());
    $effect.root(() => {
      $effect(() => {
        if (!this.#busy && (this.#unlooked || (this.#stale && this.#mayChange))) void this.#look();
      });
    });
  }

  changed(): void {
    if (document.hidden || !result.shown) return;
    this.#stale = true;
    this.#unlooked = true;
    detail.again();
    void sidebar.refresh();
  }

  async #back(): Promise<void> {
    await curation.flush();
    if (result.shown) this.changed();
    else await address.restore();
    void sidebar.refresh();
  }

  async #look(): Promise<void> {
    this.#busy = true;
    this.#unlooked = false;
    try {
      if (this.#mayChange || result.total === 0) {
        this.#stale = false;
        await refresh();
      } else await this.#offer();
    } catch (error) {
      if (!(error instanceof Unreachable) && !(error instanceof Refused)) throw error;
    } finally {
      setTimeout(() => (this.#busy = false), PAUSE_MS + result.total * PAUSE_PER_PICTURE_MS);
    }
  }

  async #offer(): Promise<void> {
    const shown = result.shown;
    if (!shown) return;
    const found = await library.search({ q: shown.q, sort: shown.sort, after: curation.token });
    const added = found.total - shown.total;
    if (added <= 0 || result.shown !== shown) return;
    const run = (): void => void address.search(shown.q, shown.sort, { place: 0 });
    const action = { label: 'Show', run };
    toasts.show({ name: 'new', kind: 'new', title: plural(added, 'new image'), detail: 'Your place is kept.', stays: true, action });
  }
}

const updates = new Updates();

/** Begins to follow the library. */
export const startUpdates = (): void => updates.start();
