/** The settings screen: what the server lets one set, changing it, and taking the last change back. */
import * as api from '../api/settings';
import { t } from '../lib/messages.svelte';
import { reasonOf } from './refusals';

export const SECTIONS = [
  'appearance', 'grid', 'viewer', 'folders', 'nsfw', 'models', 'captions', 'keyboard', 'programs', 'network', 'storage', 'about',
] as const;
export type SectionName = (typeof SECTIONS)[number];

interface Change {
  /** What brings back how it was. */
  undo: () => void | Promise<void>;
}

class Settings {
  section = $state<SectionName>('appearance');
  query = $state('');
  server: readonly api.ServerSetting[] = $state.raw([]);
  here = $state(false);
  file = $state('');
  /** Why the settings of the server are not there. */
  missing = $state('');
  /** Why a setting was not changed, by name. */
  problems: Readonly<Record<string, string>> = $state.raw({});
  changes: readonly Change[] = $state.raw([]);

  readonly pending = $derived(this.server.some((one) => one.pending));

  async load(): Promise<void> {
    try {
      this.#take(await api.settings());
      this.missing = '';
    } catch (error) {
      this.missing = reasonOf(error) ?? t('settings.no-answer');
    }
  }

  /** Writes a setting of the server; undefined brings the default back. */
  async change(setting: api.ServerSetting, value: unknown): Promise<void> {
    const before = setting.source === 'default' ? null : setting.value;
    if (await this.#write(setting.name, value ?? null))
      if (setting.kind !== 'secret') this.did(() => void this.#write(setting.name, before));
  }

  /** Something was changed here, and can be taken back. */
  did(undo: Change['undo']): void {
    this.changes = [...this.changes, { undo }];
  }

  async undo(): Promise<void> {
    const last = this.changes.at(-1);
    this.changes = this.changes.slice(0, -1);
    await last?.undo();
  }

  async #write(name: string, value: unknown): Promise<boolean> {
    const others = Object.fromEntries(Object.entries(this.problems).filter(([other]) => other !== name));
    try {
      this.#take(await api.changeSettings({ [name]: value }));
      this.problems = others;
      return true;
    } catch (error) {
      this.problems = { ...others, [name]: reasonOf(error) ?? t('settings.no-answer') };
      return false;
    }
  }

  #take(answer: api.ServerSettings): void {
    this.server = answer.settings;
    this.here = answer.here;
    this.file = answer.file;
  }
}

export const settings = new Settings();
