/** What the page asks of the server, one function per address. */
import { getBytes, getJson, send, type Options } from './client';
import type * as Api from './types';

const text = encodeURIComponent;
let collection = '/api/collections/main';
let name = 'main';

/** Every request from now on is about this collection. */
export function openCollection(opened: string): void {
  name = opened;
  collection = `/api/collections/${text(opened)}`;
}

export interface SearchQuery {
  q: string;
  sort: string;
  after?: number | null;
  facets?: readonly string[];
}

export function search(query: SearchQuery, options?: Options): Promise<Api.SearchResult> {
  const parts = [`q=${text(query.q)}`, `sort=${text(query.sort)}`];
  if (query.after) parts.push(`after=${query.after}`);
  if (query.facets?.length) parts.push(`facets=${query.facets.join(',')}`);
  return getJson(`${collection}/search?${parts.join('&')}`, options);
}

export async function items(selection: string, offset: number, limit: number, options?: Options): Promise<Api.Item[]> {
  const path = `${collection}/selections/${text(selection)}/items?offset=${offset}&limit=${limit}`;
  return (await getJson<{ items: Api.Item[] }>(path, options)).items;
}

export const layout = (selection: string, options?: Options): Promise<Uint8Array> =>
  getBytes(`${collection}/selections/${text(selection)}/layout`, options);

export const groups = (selection: string, options?: Options): Promise<Api.Group[]> =>
  getJson(`${collection}/selections/${text(selection)}/groups`, options);

/** The most frequent values of one facet, at most `limit` of them. */
export async function facet(selection: string, key: string, limit: number): Promise<Api.FacetValue[]> {
  const path = `${collection}/selections/${text(selection)}/facets?keys=${text(key)}&limit=${limit}`;
  return (await getJson<Record<string, Api.FacetValue[]>>(path))[key] ?? [];
}

export async function indexOf(selection: string, image: number, options?: Options): Promise<number | null> {
  const path = `${collection}/selections/${text(selection)}/index?image=${image}`;
  return (await getJson<{ index: number | null }>(path, options)).index;
}

export const image = (id: number, options?: Options): Promise<Api.ImageDetail> =>
  getJson(`${collection}/images/${id}`, options);

export const explain = (id: number, options?: Options): Promise<Api.Explanation> =>
  getJson(`${collection}/images/${id}/explain`, options);

export const fileAddress = (id: number, version: string): string =>
  `${collection}/images/${id}/file?v=${text(version)}`;

/** A picture or film that every browser shows, made of a file that it may not. */
export const renditionAddress = (id: number, version: string): string =>
  `${collection}/images/${id}/rendition?v=${text(version)}`;

/** What the browser is to show of a picture, by what is known of its file. */
export const shownAddress = (item: Api.Item): string =>
  (item.rendition === 'original' ? fileAddress : renditionAddress)(item.id, item.version);

export type ThumbnailSize = 128 | 256 | 512 | 1024;

export const thumbnailAddress = (id: number, size: ThumbnailSize, version: string): string =>
  `${collection}/images/${id}/thumbnail?size=${size}&v=${text(version)}`;

export const status = (options?: Options): Promise<Api.Status> => getJson('/api/status', options);
export const roots = (options?: Options): Promise<Api.Root[]> => getJson(`${collection}/roots`, options);
export const scans = (options?: Options): Promise<Api.ScanRun[]> => getJson(`${collection}/scans`, options);
export const addRoot = (path: string): Promise<Api.Root> => send('POST', `${collection}/roots`, { path });
export const startScan = (rootIds?: number[]): Promise<{ job: number }> =>
  send('POST', `${collection}/scans`, rootIds ? { root_ids: rootIds } : {});
export const cancelScans = (): Promise<void> => send('POST', `${collection}/scans/cancel`);
export const curate = (request: Api.CurationRequest): Promise<Api.Written> =>
  send('POST', `${collection}/curation`, request);
export const undo = (journal?: number): Promise<Api.Undone> =>
  send('POST', `${collection}/undo`, journal === undefined ? {} : { journal });

export const eventsAddress = (): string => `/api/events?collection=${text(name)}`;
