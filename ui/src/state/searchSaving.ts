/** Keeps the search on the screen under a name. */
import * as library from '../api/library';
import * as queries from '../api/queries';
import { Refused, Unreachable } from '../api/client';
import type { Written } from '../api/types';
import { t } from '../lib/messages.svelte';
import { curation } from './curation.svelte';
import { result } from './result.svelte';
import { sidebar } from './sidebar.svelte';
import { toasts } from './toasts.svelte';

export interface Kept {
  name: string;
  kind: 'search' | 'album';
  /** Shown whenever the program starts. */
  atStart: boolean;
  overwrite: boolean;
}

export interface NotKept {
  /** The name belongs to another saved search. */
  taken: boolean;
  message: string;
}

/** Saves; says why where it was refused. */
export async function keepSearch({ name, kind, atStart, overwrite }: Kept): Promise<NotKept | null> {
  const { q: query, sort } = result;
  try {
    const written =
      kind === 'album'
        ? await queries.createSmartAlbum({ name, query, sort })
        : await queries.saveQuery({ name, query, sort, overwrite });
    curation.token = Math.max(curation.token, written.token);
    if (kind === 'search' && atStart && written.id) await queries.setDefaultQuery(written.id);
    void sidebar.now();
    announce(name, kind, written);
    return null;
  } catch (error) {
    if (error instanceof Unreachable) return { taken: false, message: error.message };
    if (!(error instanceof Refused)) throw error;
    return { taken: kind === 'search' && (await isTaken(name)), message: error.message };
  }
}

async function isTaken(name: string): Promise<boolean> {
  const wanted = name.toLowerCase();
  return (await queries.savedQueries()).some((one) => one.name.toLowerCase() === wanted);
}

function announce(name: string, kind: Kept['kind'], { journal }: Written): void {
  const title = kind === 'album' ? t('search.saved-album', { name }) : t('search.saved-search', { name });
  const undo = { label: t('common.undo'), run: () => void takeBack(name, journal) };
  toasts.show({ name: 'saved-search', kind: 'done', title, ...(journal === null ? {} : { action: undo }) });
}

async function takeBack(name: string, journal: number | null): Promise<void> {
  if (journal === null) return;
  try {
    await library.undo(journal);
    void sidebar.now();
    toasts.show({ name: 'saved-search', kind: 'done', title: t('search.undid-save', { name }) });
  } catch (error) {
    if (error instanceof Unreachable) return;
    if (!(error instanceof Refused)) throw error;
    toasts.show({ name: 'saved-search', kind: 'error', title: t('search.not-undone'), detail: error.message });
  }
}
