/** What becomes of pictures that are marked NSFW: shown, blurred, or hidden by the server itself. */
import * as api from '../api/settings';
import { t } from '../lib/messages.svelte';
import { live } from './live.svelte';
import { sayRefusal } from './refusals';

class Nsfw {
  /** What was asked for, until the server answers. */
  #asked: api.NsfwMode | null = $state(null);
  #passphrase = $state(false);

  readonly mode: api.NsfwMode = $derived(this.#asked ?? live.status?.nsfw_mode ?? 'blur');
  readonly blurs = $derived(this.mode !== 'show');

  /** Hiding ends only with a passphrase. */
  get hasPassphrase(): boolean {
    return this.#passphrase;
  }

  async load(): Promise<void> {
    this.#take(await api.nsfwMode());
  }

  /** Changes the mode for everybody; throws what the server refused it with. */
  async use(mode: api.NsfwMode, passphrase?: string): Promise<void> {
    if (this.mode !== 'hide') this.#asked = mode;
    try {
      this.#take(await api.setNsfwMode(mode, passphrase));
    } finally {
      this.#asked = null;
    }
  }

  async setPassphrase(passphrase: string | null, current?: string): Promise<void> {
    this.#take(await api.setPassphrase(passphrase, current));
  }

  /** Blurs, or shows; hiding ends in the settings only. */
  async toggleBlur(): Promise<void> {
    try {
      await this.use(this.mode === 'show' ? 'blur' : 'show');
    } catch (error) {
      sayRefusal(t('settings.not-changed'), error, 'settings');
    }
  }

  #take(answer: api.NsfwAnswer): void {
    this.#passphrase = answer.has_passphrase;
    live.nsfwMode(answer.mode);
  }
}

export const nsfw = new Nsfw();
