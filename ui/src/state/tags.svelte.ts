/** Tags with their counts, and what one does with them. */
import * as places from '../api/places';
import type { Tag } from '../api/places';
import type { Written } from '../api/types';
import { t } from '../lib/messages.svelte';
import { tagsIn, toggleTag, withTags, type TagMode } from '../lib/tagTerms';
import { address } from './address.svelte';
import { journal } from './journal.svelte';
import { keep, recall } from './kept';
import type { Picked } from './picked';
import { sayRefusal } from './refusals';
import { result } from './result.svelte';

/** Whose tags a list shows. */
export type TagSource = 'own' | 'model' | 'all';
const SOURCES: readonly TagSource[] = ['own', 'model', 'all'];
const isSource = (value: unknown): value is TagSource => SOURCES.includes(value as TagSource);

/** A tag that no picture has was made by a person. */
const isOwn = (tag: Tag): boolean => tag.own_count > 0 || tag.count === 0;
const isModels = (tag: Tag): boolean => tag.model_count > 0;

const byUse = (list: readonly Tag[]): Tag[] => [...list].sort((a, b) => b.count - a.count || a.name.localeCompare(b.name));

const isMode = (value: unknown): value is TagMode => value === 'all' || value === 'any';

class Tags {
  list: readonly Tag[] = $state.raw([]);
  /** The server told of them. */
  known = $state(false);
  /** How several tags join when one clicks them. */
  #mode: TagMode = $state(recall('tag-mode', isMode, 'all'));

  readonly byUse = $derived(byUse(this.list));
  #source: TagSource = $state(recall('tag-source', isSource, 'own'));
  /** A person and models both gave tags: a list shows those of the one or the other. */
  readonly areMixed = $derived(this.list.some(isOwn) && this.list.some(isModels));
  readonly source: TagSource = $derived(this.areMixed ? this.#source : 'all');
  /** Those of the chosen source, by name. */
  readonly listedByName: readonly Tag[] = $derived(this.source === 'all' ? this.list : this.list.filter(this.source === 'own' ? isOwn : isModels));
  /** The same, the most used first. */
  readonly listed: readonly Tag[] = $derived(byUse(this.listedByName));
  readonly #asked = $derived(tagsIn(result.q));
  /** Names of the tags that the search asks for, in lower case. */
  readonly chosen = $derived(new Set(this.#asked.tags.map((tag) => tag.toLocaleLowerCase())));
  readonly mode = $derived(this.#asked.mode ?? this.#mode);

  async refresh(): Promise<void> {
    this.list = await places.tags();
    this.known = true;
  }

  isChosen = (tag: Tag): boolean => this.chosen.has(tag.name.toLocaleLowerCase());

  toggle(tag: Tag): void {
    void address.search(toggleTag(result.q, tag.name, this.mode));
  }

  setMode(mode: TagMode): void {
    this.#mode = mode;
    keep('tag-mode', mode);
    if (this.chosen.size > 1) void address.search(withTags(result.q, this.#asked.tags, mode));
  }

  setSource(source: TagSource): void {
    this.#source = source;
    keep('tag-source', source);
  }

  /** Throws what the server refused it with. */
  async make(name: string): Promise<void> {
    await this.#wrote(t('tags.made', { name }), await places.makeTag(name));
  }

  async rename(tag: Tag, name: string): Promise<void> {
    await this.#wrote(t('tags.renamed', { old: tag.name, name }), await places.renameTag(tag.id, name));
  }

  async merge(merged: readonly Tag[], into: Tag): Promise<void> {
    const ids = merged.map((tag) => tag.id).filter((id) => id !== into.id);
    await this.#wrote(t('tags.merged', { count: ids.length, into: into.name }), await places.mergeTags(ids, into.id));
  }

  async remove(removed: readonly Tag[]): Promise<void> {
    try {
      const written = await places.deleteTags(removed.map((tag) => tag.id));
      await this.#wrote(t('tags.deleted', { count: removed.length, name: removed[0]?.name ?? '' }), written);
    } catch (error) {
      sayRefusal(t('tags.not-changed'), error);
    }
  }

  async give(name: string, picked: Picked): Promise<void> {
    await this.#change(picked, { add: [name] }, (count) => t('tags.given', { name, count }));
  }

  async giveAll(names: readonly string[], picked: Picked): Promise<void> {
    await this.#change(picked, { add: [...names] }, () => t('tags.given-several', { count: names.length }));
  }

  async take(name: string, picked: Picked): Promise<void> {
    await this.#change(picked, { remove: [name] }, (count) => t('tags.taken', { name, count }));
  }

  async importList(text: string): Promise<void> {
    const written = await places.importTags(text);
    await this.#wrote(t('tags.imported', { count: written.changed }), written);
  }

  async #change(picked: Picked, change: { add?: string[]; remove?: string[] }, title: (count: number) => string): Promise<void> {
    try {
      const written = await places.tagImages(picked.named, change);
      await this.#wrote(title(written.changed), written);
    } catch (error) {
      sayRefusal(t('tags.not-changed'), error);
    }
  }

  async #wrote(title: string, written: Written): Promise<void> {
    journal.wrote(title, written);
    await this.refresh();
  }
}

export const tags = new Tags();
