/** What several selected pictures have in common: from their details where they are few, else from counts. */
import * as library from '../api/library';
import * as api from '../api/panel';
import type { Options } from '../api/client';
import type { ImageDetail, Item } from '../api/types';
import { FACETS, facetRows, sharedRows, type SharedRow } from '../lib/several';
import { curation } from './curation.svelte';
import type { Picked } from './picked';
import { result } from './result.svelte';

const MOST_DETAILS = 60;
const AT_ONCE = 4;
/** A query may not be longer than the server reads. */
const MOST_IDS = 2_000;
const MOST_VALUES = 200;

/** They may be too many to be named one by one. */
export async function sharedBy(about: Picked, options: Options): Promise<SharedRow[] | 'too many'> {
  if (about.items.length > 0 && about.items.length <= MOST_DETAILS) return sharedRows(await details(about.items, options));
  const selection = await selectionOf(about, options);
  if (selection === null) return 'too many';
  return facetRows(await api.facets(selection, FACETS.map(([name]) => name), MOST_VALUES, options));
}

async function details(items: readonly Item[], options: Options): Promise<ImageDetail[]> {
  const found: ImageDetail[] = [];
  for (let first = 0; first < items.length; first += AT_ONCE) {
    const some = items.slice(first, first + AT_ONCE);
    found.push(...(await Promise.all(some.map((item) => library.image(item.id, options)))));
  }
  return found;
}

async function selectionOf(about: Picked, options: Options): Promise<string | null> {
  const { named } = about;
  const ids = 'selection' in named ? named.except : named.image_ids;
  if ('selection' in named && ids.length === 0) return named.selection;
  if (ids.length > MOST_IDS) return null;
  const list = `id:${ids.join(',')}`;
  const q = 'selection' in named ? `${result.q ? `(${result.q}) ` : ''}-${list}` : list;
  return (await api.counted(q, [], curation.token, options)).selection;
}
