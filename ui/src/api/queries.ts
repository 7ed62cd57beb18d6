/** The query language as the server knows it: completion, filter lines, counts of values, saved searches. */
import { getJson, send, type Options } from './client';
import { at } from './library';
import type { components } from './schema';
import type { FacetValue, Written } from './types';

type Schemas = components['schemas'];

export type FilterLine = Schemas['FilterModel'];
export type Operator = FilterLine['operator'];
export type Read = Schemas['QueryAnswer'];
export type Language = Schemas['LanguageAnswer'];
export type Field = Schemas['FieldAnswer'];
export type Completion = Schemas['CompletionAnswer'];
export type Completions = Schemas['CompletionsAnswer'];
export type SavedQuery = Schemas['SavedQueryAnswer'];

const text = encodeURIComponent;

/** All fields of the language. */
export const language = (options?: Options): Promise<Language> => getJson('/api/query/fields', options);

/** What may be typed at a place; the place counts characters, not UTF-16 units. */
export const complete = (query: string, cursor: number, limit: number, options?: Options): Promise<Completions> =>
  getJson(at(`/complete?text=${text(query)}&cursor=${cursor}&limit=${limit}`), options);

/** A query as lines of the filter. */
export const readQuery = (q: string, options?: Options): Promise<Read> => getJson(at(`/query?q=${text(q)}`), options);

/** The query that lines of the filter and the rest of the text mean. */
export const makeQuery = (filters: readonly FilterLine[], rest: string): Promise<Read> =>
  send('POST', at('/query'), { filters, rest });

/** The commonest values of several facets of a result. */
export const facets = (
  selection: string,
  keys: readonly string[],
  limit: number,
  options?: Options,
): Promise<Record<string, FacetValue[]>> =>
  getJson(at(`/selections/${text(selection)}/facets?keys=${keys.map(text).join(',')}&limit=${limit}`), options);

export const savedQueries = (options?: Options): Promise<SavedQuery[]> => getJson(at('/saved-queries'), options);

export const saveQuery = (asked: { name: string; query: string; sort: string; overwrite: boolean }): Promise<Written> =>
  send('POST', at('/saved-queries'), asked);

export const setDefaultQuery = (id: number): Promise<void> => send('PUT', at('/saved-queries/default'), { id });

export const createSmartAlbum = (asked: { name: string; query: string; sort: string }): Promise<Written> =>
  send('POST', at('/albums'), asked);
