/** How captions are to be: what there is to choose from, what is chosen, and instructions that one has changed. */
import * as api from '../api/captioning';
import { t } from '../lib/messages.svelte';
import { keep, recall } from './kept';
import { reasonOf } from './refusals';

interface Chosen {
  provider: api.ProviderName | '';
  type: string;
  length: string;
  wishes: string[];
  mode: api.Mode | '';
  held: boolean;
}

const USUAL: Chosen = { provider: '', type: '', length: '', wishes: [], mode: '', held: true };
const isChosen = (value: unknown): value is Chosen =>
  typeof value === 'object' && value !== null && Object.keys(USUAL).every((key) => key in value) && Array.isArray((value as Chosen).wishes);

export class CaptionWish {
  providers: readonly api.Provider[] = $state.raw([]);
  book: api.Instructions | null = $state.raw(null);
  chosen = $state<Chosen>(recall('caption', isChosen, USUAL));
  /** The instruction as it stands in its field. */
  text = $state('');
  person = $state('');
  overPeople = $state(false);
  problem = $state('');

  readonly type = $derived(this.book?.types.find((one) => one.name === this.chosen.type));
  readonly provider = $derived(this.providers.find((one) => one.name === this.chosen.provider));
  readonly changed = $derived(this.type !== undefined && this.text.trim() !== this.type.text);
  /** What a request is told. */
  readonly how = $derived<api.Wish>({
    provider: this.chosen.provider || null,
    type: this.chosen.type || null,
    length: this.chosen.length || null,
    wishes: [...this.chosen.wishes],
    mode: this.chosen.mode || null,
    person: this.person.trim(),
    own: this.changed ? this.text.trim() : '',
    over_people: this.overPeople,
  });

  async load(): Promise<void> {
    await this.#attempt(async () => {
      [this.providers, this.book] = await Promise.all([api.providers(), api.instructions()]);
      const { defaults, types } = this.book;
      const now = this.chosen;
      this.chosen = {
        ...now,
        provider: now.provider || (this.providers.find((one) => one.name === defaults.provider)?.ready ? defaults.provider : (this.providers.find((one) => one.ready)?.name ?? defaults.provider)),
        type: types.some((one) => one.name === now.type) ? now.type : defaults.type,
        length: now.length || defaults.length,
        wishes: now.type ? now.wishes : defaults.wishes,
        mode: now.mode || defaults.mode,
      };
      this.text = this.type?.text ?? '';
    });
  }

  choose(change: Partial<Chosen>): void {
    this.chosen = { ...this.chosen, ...change };
    keep('caption', this.chosen);
    if (change.type !== undefined) this.text = this.type?.text ?? '';
  }

  wish(name: string, on: boolean): void {
    const others = this.chosen.wishes.filter((one) => one !== name);
    this.choose({ wishes: on ? [...others, name] : others });
  }

  /** Lets this type have this instruction from now on. */
  keepText(): Promise<void> {
    return this.#attempt(async () => {
      await api.changeInstruction(this.chosen.type, this.text.trim());
      await this.#again();
    });
  }

  /** Gives the type our own instruction again. */
  restoreText(): Promise<void> {
    return this.#attempt(async () => {
      await api.restoreInstruction(this.chosen.type);
      await this.#again();
    });
  }

  async #again(): Promise<void> {
    this.book = await api.instructions();
    this.text = this.type?.text ?? '';
  }

  async #attempt(act: () => Promise<void>): Promise<void> {
    try {
      this.problem = '';
      await act();
    } catch (error) {
      this.problem = reasonOf(error) ?? t('files.no-answer');
    }
  }
}
