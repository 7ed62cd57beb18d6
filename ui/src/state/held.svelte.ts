/** Tags and albums of what the panel is about: shown at once when changed here, and asked for again when others do. */
import * as api from '../api/panel';
import * as places from '../api/places';
import type { HeldTag, HoldingAlbum } from '../api/places';
import type { Options } from '../api/client';
import { albums } from './albums.svelte';
import { journal } from './journal.svelte';
import { Lazy } from './lazy.svelte';
import type { Picked } from './picked';
import { tags } from './tags.svelte';

const REST_MS = 80;

class Held {
  readonly #tags = new Lazy<HeldTag[]>(REST_MS);
  readonly #albums = new Lazy<HoldingAlbum[]>(REST_MS);
  readonly #suggested = new Lazy<api.SuggestedTag[]>(REST_MS);
  /** What was done here and is not answered yet: tag name to whether they have it. */
  #changed: ReadonlyMap<string, boolean> = $state.raw(new Map());
  /** Suggested tags that were taken off here, until the answer lacks them. */
  #refused: ReadonlySet<string> = $state.raw(new Set());
  #about = '';

  readonly tags: readonly HeldTag[] = $derived(this.#withChanges());
  readonly albums: readonly HoldingAlbum[] = $derived(this.#albums.value ?? []);
  readonly known = $derived(this.#tags.value !== null);
  readonly suggested: readonly api.SuggestedTag[] = $derived(
    (this.#suggested.value ?? []).filter((one) => !this.#refused.has(one.name) && !this.tags.some((tag) => same(tag.name, one.name))),
  );

  /** Shows those of these pictures; called whenever they, or what was written, may have changed. */
  show(about: Picked): void {
    const named = JSON.stringify(about.named);
    const isSame = named === this.#about;
    this.#about = named;
    if (!isSame) [this.#changed, this.#refused] = [new Map(), new Set()];
    const key = `${journal.version} ${named}`;
    this.#tags.show(key, (options: Options) => this.#ask(about, options), isSame);
    this.#albums.show(key, () => places.albumsHolding(about.named), isSame);
    const [item, other] = about.items;
    if (item && !other) this.#suggested.show(`${item.id}:${item.version}:${journal.version}`, (options) => this.#suggest(item.id, options), isSame);
    else this.#suggested.forget();
  }

  async give(name: string, about: Picked): Promise<void> {
    this.#change(name, true);
    await tags.give(name, about);
    this.#again(about);
  }

  /** Gives all that is suggested, as one action. */
  async giveSuggested(about: Picked): Promise<void> {
    const names = [...new Set(this.suggested.map((tag) => tag.name))];
    for (const name of names) this.#change(name, true);
    await tags.giveAll(names, about);
    this.#again(about);
  }

  /** Takes off what models or the file say; models do not say it of these pictures again. */
  async refuse(name: string, about: Picked): Promise<void> {
    this.#refused = new Set([...this.#refused, name]);
    await tags.take(name, about);
    this.#again(about);
  }

  async take(name: string, about: Picked): Promise<void> {
    this.#change(name, false);
    await tags.take(name, about);
    this.#again(about);
  }

  async takeFromAlbum(id: number, about: Picked): Promise<void> {
    const album = albums.list.find((one) => one.id === id);
    if (album) await albums.take(album, about);
  }

  async #ask(about: Picked, options: Options): Promise<HeldTag[]> {
    const found = await places.heldTags(about.named);
    if (!options.signal?.aborted) this.#changed = new Map();
    return found;
  }

  async #suggest(id: number, options: Options): Promise<api.SuggestedTag[]> {
    const found = await api.suggestedTags(id, options);
    if (!options.signal?.aborted) this.#refused = new Set();
    return found;
  }

  #change(name: string, has: boolean): void {
    this.#changed = new Map([...this.#changed, [name, has]]);
  }

  /** A refused change is seen for what it is; a written one has asked already. */
  #again(about: Picked): void {
    if ((this.#changed.size === 0 && this.#refused.size === 0) || JSON.stringify(about.named) !== this.#about) return;
    this.#tags.forget(true);
    this.#suggested.forget(true);
    this.show(about);
  }

  #withChanges(): HeldTag[] {
    const known = this.#tags.value ?? [];
    const kept = known.filter((tag) => this.#changed.get(tag.name) !== false);
    const list = kept.map((tag) => (this.#changed.get(tag.name) ? { ...tag, amount: 'all' as const } : tag));
    for (const [name, has] of this.#changed) {
      if (has && !list.some((tag) => same(tag.name, name))) list.push({ id: 0, name, count: 0, amount: 'all' });
    }
    return list;
  }
}

const same = (one: string, other: string): boolean => one.toLocaleLowerCase() === other.toLocaleLowerCase();

export const held = new Held();
