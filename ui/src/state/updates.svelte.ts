/**
 * The library changes while somebody browses. At the very top new pictures appear at once, elsewhere a message offers
 * them; what is in view is renewed in its place; what was removed leaves an empty slot until scrolling ends.
 */
import * as library from '../api/library';
import { Refused, Unreachable } from '../api/client';
import { t } from '../lib/messages.svelte';
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
    live.onChanged((revision) => {
      if (revision !== result.shown?.revision) this.changed();
    });
    live.onScanEnded(() => this.changed());
    live.onBack(() => void this.#back());
    document.addEventListener('visibilitychange', () => this.changed());
    grid.onRest(() => void this.#close());
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
      } else {
        result.shown?.pages.renew();
        await this.#offer();
      }
    } catch (error) {
      ignoreUnanswered(error);
    } finally {
      setTimeout(() => (this.#busy = false), PAUSE_MS + result.total * PAUSE_PER_PICTURE_MS);
    }
  }

  /** Scrolling ended: slots of removed pictures close, and the focused row stays where it is. */
  async #close(): Promise<void> {
    if (viewer.isOpen || (result.shown?.pages.gone.size ?? 0) === 0) return;
    await refresh().catch(ignoreUnanswered);
  }

  async #offer(): Promise<void> {
    const shown = result.shown;
    if (!shown) return;
    const found = await library.search({ q: shown.q, sort: shown.sort, after: curation.token });
    const added = found.total - shown.total;
    if (added <= 0 || result.shown !== shown) return;
    const run = (): void => void address.search(shown.q, shown.sort, { place: 0 });
    const action = { label: t('common.show'), run };
    const [title, detail] = [t('grid.new-images', { count: added }), t('grid.new-images-detail')];
    toasts.show({ name: 'new', kind: 'new', title, detail, stays: true, action });
  }
}

/** The connection has a notice of its own, and the next change asks again. */
function ignoreUnanswered(error: unknown): void {
  if (!(error instanceof Unreachable) && !(error instanceof Refused)) throw error;
}

const updates = new Updates();

/** Begins to follow the library. */
export const startUpdates = (): void => updates.start();
