/** What the page asks of the server, one function per address. */
import { fromBase64 } from '../lib/bytes';
import { getBytes, getFile, getJson, send, upload, type Options } from './client';
import type * as Api from './types';

const text = encodeURIComponent;
let collection = '/api/collections/main';
let name = 'main';

/** Every request from now on is about this collection. */
export function openCollection(opened: string): void {
  name = opened;
  collection = `/api/collections/${text(opened)}`;
}

/** The address of something of the open collection: `at('/albums')`. */
export const at = (path: string): string => collection + path;

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

/** Three bytes for each picture of a range: red, green, blue; nothing but zeros where its colour is not known. */
export const colours = (selection: string, offset: number, limit: number, options?: Options): Promise<Uint8Array> =>
  getBytes(`${collection}/selections/${text(selection)}/colours?offset=${offset}&limit=${limit}`, options);

export const groups = (selection: string, options?: Options): Promise<Api.Group[]> =>
  getJson(`${collection}/selections/${text(selection)}/groups`, options);

/** How many pictures a selection has, and how many bytes their files have together. */
export const selectionSize = (selection: string, options?: Options): Promise<{ images: number; bytes: number }> =>
  getJson(`${collection}/selections/${text(selection)}/size`, options);

/** The most frequent values of one facet, at most `limit` of them. */
export async function facet(selection: string, key: string, limit: number): Promise<Api.FacetValue[]> {
  const path = `${collection}/selections/${text(selection)}/facets?keys=${text(key)}&limit=${limit}`;
  return (await getJson<Record<string, Api.FacetValue[]>>(path))[key] ?? [];
}

export async function indexOf(selection: string, image: number, options?: Options): Promise<number | null> {
  const path = `${collection}/selections/${text(selection)}/index?image=${image}`;
  return (await getJson<{ index: number | null }>(path, options)).index;
}

/** Where some pictures stand in a selection; null for those that are not in it. */
export async function places(selection: string, ids: readonly number[], options?: Options): Promise<(number | null)[]> {
  const path = `${collection}/selections/${text(selection)}/places`;
  return (await send<{ places: (number | null)[] }>('POST', path, { image_ids: ids }, options)).places;
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

/** A thumbnail by its own address, made where the server has none. */
export const thumbnailFile = (address: string, options?: Options): Promise<Blob> => getFile(address, options);

/** Thumbnails that the server has at hand; null for each of the others. */
export async function thumbnails(ids: readonly number[], size: ThumbnailSize, options?: Options): Promise<(Blob | null)[]> {
  const path = `${collection}/thumbnails?size=${size}&ids=${ids.join(',')}`;
  const { webp } = await getJson<{ webp: (string | null)[] }>(path, options);
  return webp.map((file) => (file ? new Blob([fromBase64(file)], { type: 'image/webp' }) : null));
}

export const status = (options?: Options): Promise<Api.Status> => getJson('/api/status', options);
export const roots = (options?: Options): Promise<Api.Root[]> => getJson(`${collection}/roots`, options);
export const scans = (options?: Options): Promise<Api.ScanRun[]> => getJson(`${collection}/scans`, options);
export const addRoot = (path: string): Promise<Api.Root> => send('POST', `${collection}/roots`, { path });
export const startScan = (rootIds?: number[]): Promise<{ job: number }> =>
  send('POST', `${collection}/scans`, rootIds ? { root_ids: rootIds } : {});
export const cancelScan = (id: number): Promise<void> => send('POST', `${collection}/scans/${id}/cancel`);
export const pauseScan = (id: number): Promise<void> => send('POST', `${collection}/scans/${id}/pause`);
export const resumeScan = (id: number): Promise<void> => send('POST', `${collection}/scans/${id}/resume`);
export const curate = (request: Api.CurationRequest): Promise<Api.Written> =>
  send('POST', `${collection}/curation`, request);
/** Notes that somebody looked at these pictures. */
export const viewed = (ids: readonly number[]): Promise<Api.Written> => send('POST', `${collection}/viewed`, { image_ids: ids });
export const undo = (journal?: number): Promise<Api.Undone> =>
  send('POST', `${collection}/undo`, journal === undefined ? {} : { journal });

/** Puts pictures of an album in front of one of it, or behind one. */
export const moveInAlbum = (album: number, move: Record<string, unknown>): Promise<Api.Written> =>
  send('POST', `${collection}/albums/${album}/move`, move);

export const eventsAddress = (): string => `/api/events?collection=${text(name)}`;

export const nsfwWords = async (): Promise<string[]> => (await getJson<{ words: string[] }>(`${collection}/nsfw-words`)).words;
export const setNsfwWords = async (words: readonly string[]): Promise<string[]> =>
  (await send<{ words: string[] }>('PUT', `${collection}/nsfw-words`, { words })).words;
export const importCuration = (file: Blob): Promise<Api.Imported> => upload(`${collection}/import`, file);
