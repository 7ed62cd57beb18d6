/** What the details panel asks of the server beside the details. */
import type { Named } from '../state/picked';
import { getJson, send, type Options } from './client';
import { at } from './library';
import type { components } from './schema';
import type { FacetValue, SearchResult, Written } from './types';

type Schemas = components['schemas'];

export type Raw = Schemas['RawAnswer'];
export type RawText = Schemas['RawTextAnswer'];
export type Workflow = Schemas['WorkflowAnswer'];
export type WorkflowNode = Schemas['WorkflowNodeAnswer'];
export type NodeProperty = Schemas['PropertyAnswer'];
export type Caption = Schemas['CaptionAnswer'];
export type SuggestedTag = Schemas['SuggestedTagAnswer'];

export const raw = (id: number, options?: Options): Promise<Raw> => getJson(at(`/images/${id}/raw`), options);
export const workflow = (id: number, options?: Options): Promise<Workflow> => getJson(at(`/images/${id}/workflow`), options);
export const captions = (id: number, options?: Options): Promise<Caption[]> => getJson(at(`/images/${id}/captions`), options);
export const suggestedTags = (id: number, options?: Options): Promise<SuggestedTag[]> =>
  getJson(at(`/images/${id}/tags/suggested`), options);

/** Null gives the caption of the file again. */
export const setCaption = (named: Named, caption: string | null): Promise<Written> =>
  send('POST', at('/curation'), { ...named, set: { caption } });

/** Counts of the values of a query's pictures: `facets` by their keys. */
export function counted(q: string, facets: readonly string[], after: number, options?: Options): Promise<SearchResult> {
  const seen = after > 0 ? `&after=${after}` : '';
  return getJson(at(`/search?q=${encodeURIComponent(q)}&facets=${facets.join(',')}${seen}`), options);
}

export async function facets(
  selection: string,
  keys: readonly string[],
  limit: number,
  options?: Options,
): Promise<Record<string, FacetValue[]>> {
  return getJson(at(`/selections/${encodeURIComponent(selection)}/facets?keys=${keys.join(',')}&limit=${limit}`), options);
}
