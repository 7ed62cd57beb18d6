/** The fields of the query language, asked for once, with their names in the language of the page. */
import * as queries from '../api/queries';
import type { Field } from '../api/queries';
import { Refused, Unreachable } from '../api/client';
import english from '../messages/en/filter.json';
import { t, type MessageKey } from '../lib/messages.svelte';

const known = (key: string): boolean => key in english;

/** Name of a field for people. */
export const fieldTitle = (field: Pick<Field, 'name' | 'title'>): string =>
  known(`field-${field.name}`) ? t(`filter.field-${field.name}` as MessageKey) : field.title;

/** What a field finds, in a sentence. */
export const fieldAbout = (field: Pick<Field, 'name' | 'description'>): string =>
  known(`about-${field.name}`) ? t(`filter.about-${field.name}` as MessageKey) : field.description;

const plain = (name: string): string => name.toLowerCase().replaceAll(/[_-]/g, ' ');

class SearchLanguage {
  fields: Field[] = $state.raw([]);
  #asked = false;

  async load(): Promise<void> {
    if (this.#asked) return;
    this.#asked = true;
    try {
      this.fields = (await queries.language()).fields;
    } catch (error) {
      this.#asked = false; // asked again the next time
      if (!(error instanceof Unreachable) && !(error instanceof Refused)) throw error;
    }
  }

  /** The field of a name or of one of its other names. */
  find(name: string): Field | null {
    const wanted = plain(name);
    return this.fields.find((one) => plain(one.name) === wanted || one.aliases.includes(wanted)) ?? null;
  }
}

export const searchLanguage = new SearchLanguage();
