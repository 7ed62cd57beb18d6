/** What the sidebar, its pages and its dialogs ask of the server. */
import type { Named } from '../state/picked';
import { getJson, send, uploadTelling, type Options } from './client';
import { at } from './library';
import type { components } from './schema';
import type { Root, SearchResult, Undone, Written } from './types';

type Schemas = components['schemas'];

export type Folder = Schemas['FolderAnswer'];
export type FolderWritten = Schemas['FolderWrittenAnswer'];
export type Reach = Folder['excluded'];
export type Album = Schemas['AlbumAnswer'];
export type HoldingAlbum = Schemas['HoldingAlbumAnswer'];
export type Tag = Schemas['CountedTagAnswer'];
export type HeldTag = Schemas['HeldTagAnswer'];
export type SavedQuery = Schemas['SavedQueryAnswer'];
export type ModelUse = Schemas['ModelUseAnswer'];
export type ModelRoot = Schemas['ModelRootAnswer'];
export type ModelFile = Schemas['ModelFileAnswer'];
export type ModelFiles = Schemas['ModelFilesAnswer'];
export type ModelWork = Schemas['ModelWorkAnswer'];
export type ModelWorkKind = ModelWork['kind'];
export type CivitaiNotice = Schemas['CivitaiNotice'];
export type CivitaiAnswered = Schemas['CivitaiAnswered'];
export type Prompt = Schemas['PromptAnswer'];
export type Prompts = Schemas['PromptsAnswer'];
export type Token = Schemas['TokenAnswer'];
export type Tokens = Schemas['TokensAnswer'];
export type Liking = Schemas['LikingAnswer'];
export type Action = Schemas['ActionAnswer'];
export type FilesDone = Schemas['FilesAnswer'];
export type FilePreview = Schemas['FilePreview'];
export type Clash = Schemas['MoveRequest']['clash'];
export type DeleteHow = Schemas['DeleteRequest']['how'];

const parameters = (values: Record<string, string | number | undefined>): string =>
  Object.entries(values)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`)
    .join('&');

// Folders
export const folders = (options?: Options): Promise<Folder[]> => getJson(at('/folders'), options);
export const makeFolder = (parent: number, name: string): Promise<FolderWritten> =>
  send('POST', at('/folders'), { parent_id: parent, name });
export const changeFolder = (id: number, change: { name: string } | { to_folder_id: number }): Promise<FolderWritten> =>
  send('PATCH', at(`/folders/${id}`), change);
export const deleteFolder = (id: number, forGood: boolean): Promise<FolderWritten> =>
  send('DELETE', at(`/folders/${id}?for_good=${forGood}`));
export const markFolders = (
  ids: readonly number[],
  mark: { excluded: Reach } | { archived: Reach },
  below = false,
): Promise<FolderWritten> => send('POST', at('/folders/marks'), { folder_ids: ids, ...mark, below });
export const scanFolders = (ids: readonly number[], again: boolean): Promise<{ job: number }> =>
  send('POST', at('/scans'), { folder_ids: ids, again });
/** Reads the metadata of pictures again; of a statement, its exceptions too, which harms nothing. */
export const readAgain = (named: Named): Promise<{ job: number }> =>
  send('POST', at('/scans'), 'selection' in named ? { selection: named.selection } : named);
export const changeRoot = (
  id: number,
  change: { path?: string; force?: boolean; recursive?: boolean; watched?: boolean },
): Promise<Root> => send('PATCH', at(`/roots/${id}`), change);
export const removeRoot = (id: number): Promise<void> => send('DELETE', at(`/roots/${id}`));
export const openInFileManager = (what: { image_id: number } | { folder_id: number }): Promise<void> =>
  send('POST', at('/files/show'), what);

// Albums
export const albums = (options?: Options): Promise<Album[]> => getJson(at('/albums'), options);
export const makeAlbum = (album: { name: string; images?: Named; query?: string; sort?: string }): Promise<Written> =>
  send('POST', at('/albums'), album);
export const changeAlbum = (
  id: number,
  change: { name: string } | { query: string; sort?: string | undefined } | { cover_id: number | null },
): Promise<Written> => send('PATCH', at(`/albums/${id}`), change);
export const deleteAlbum = (id: number): Promise<Written> => send('DELETE', at(`/albums/${id}`));
export const placeAlbum = (id: number, before: number | null): Promise<Written> =>
  send('POST', at(`/albums/${id}/place`), { before });
export const addToAlbum = (id: number, named: Named): Promise<Written> => send('POST', at(`/albums/${id}/add`), named);
export const removeFromAlbum = (id: number, named: Named): Promise<Written> =>
  send('POST', at(`/albums/${id}/remove`), named);
export const convertAlbum = (id: number): Promise<Written> => send('POST', at(`/albums/${id}/convert`));
export const albumsHolding = (named: Named): Promise<HoldingAlbum[]> => send('POST', at('/albums/holding'), named);

// Tags
export const tags = (options?: Options): Promise<Tag[]> => getJson(at('/tags'), options);
export const makeTag = (name: string): Promise<Written> => send('POST', at('/tags'), { name });
export const renameTag = (id: number, name: string): Promise<Written> => send('PATCH', at(`/tags/${id}`), { name });
export const mergeTags = (ids: readonly number[], into: number): Promise<Written> =>
  send('POST', at('/tags/merge'), { tag_ids: ids, into });
export const deleteTags = (ids: readonly number[]): Promise<Written> => send('POST', at('/tags/delete'), { tag_ids: ids });
export const tagImages = (named: Named, change: { add?: string[]; remove?: string[] }): Promise<Written> =>
  send('POST', at('/tags/images'), { ...named, ...change });
export const heldTags = (named: Named): Promise<HeldTag[]> => send('POST', at('/tags/held'), named);
export const importTags = (text: string): Promise<Written> => send('POST', at('/tags/names'), { text });
export const tagsExportAddress = (): string => at('/tags/export');

// Saved searches
export const savedQueries = (options?: Options): Promise<SavedQuery[]> => getJson(at('/saved-queries'), options);
export const renameSavedQuery = (id: number, name: string): Promise<Written> =>
  send('PATCH', at(`/saved-queries/${id}`), { name });
export const deleteSavedQuery = (id: number): Promise<Written> => send('DELETE', at(`/saved-queries/${id}`));
export const placeSavedQuery = (id: number, before: number | null): Promise<Written> =>
  send('POST', at(`/saved-queries/${id}/place`), { before });
export const setDefaultQuery = (id: number | null): Promise<void> => send('PUT', at('/saved-queries/default'), { id });

// Prompts
export interface PromptsAsked {
  kind: 'prompt' | 'negative';
  q: string;
  mode: 'words' | 'similar';
  minimum: number;
  sort: 'uses' | 'rating' | 'newest' | 'text' | undefined;
  offset: number;
  limit: number;
}
export const prompts = ({ sort, ...asked }: PromptsAsked, options?: Options): Promise<Prompts> =>
  getJson(at(`/prompts?${parameters({ ...asked, ...(sort ? { sort } : {}) })}`), options);
export const countPrompts = async (): Promise<number> => (await getJson<Prompts>(at('/prompts?limit=0'))).total;
export const promptText = async (id: number, options?: Options): Promise<string> =>
  (await getJson<{ text: string }>(at(`/prompts/${id}`), options)).text;

export interface TokensAsked {
  kind: 'prompt' | 'negative';
  of: string;
  text?: string;
  images?: string;
  min_images?: number;
  sort: 'images' | 'best' | 'worst' | 'favorites' | 'refused' | 'text';
  offset?: number;
  limit: number;
}
export const tokens = (asked: TokensAsked, options?: Options): Promise<Tokens> =>
  getJson(at(`/tokens?${parameters({ ...asked })}`), options);

/** A search whose result is not for the grid: its count, and its most frequent models. */
export const lookUp = (q: string, sort: string, facets: string, options?: Options): Promise<SearchResult> =>
  getJson(at(`/search?${parameters({ q, sort, facets })}`), options);
export const selectionSize = (selection: string, options?: Options): Promise<{ images: number; bytes: number }> =>
  getJson(at(`/selections/${encodeURIComponent(selection)}/size`), options);

// Models
export const modelUses = (options?: Options): Promise<ModelUse[]> => getJson(at('/models'), options);
export const modelFiles = (
  asked: { kinds?: string; text?: string; offset?: number; limit: number },
  options?: Options,
): Promise<ModelFiles> => getJson(at(`/model-files?${parameters({ ...asked })}`), options);
export const modelPreviewAddress = (id: number, modified: number): string =>
  at(`/model-files/${id}/preview?size=256&v=${modified}`);
export const modelRoots = (options?: Options): Promise<ModelRoot[]> => getJson(at('/model-roots'), options);
export const addModelRoot = (path: string): Promise<ModelRoot> => send('POST', at('/model-roots'), { path });
export const removeModelRoot = (id: number): Promise<void> => send('DELETE', at(`/model-roots/${id}`));
export const modelWork = (options?: Options): Promise<ModelWork[]> => getJson(at('/model-work'), options);
export const startModelWork = (kind: ModelWorkKind): Promise<{ job: number }> => send('POST', at('/model-work'), { kind });
export const cancelModelWork = (kind: ModelWorkKind): Promise<void> =>
  send('POST', at('/model-work/cancel'), { kinds: [kind] });
export const pauseModelWork = (kind: ModelWorkKind): Promise<void> => send('POST', at('/model-work/pause'), { kind });
export const resumeModelWork = (kind: ModelWorkKind): Promise<void> => send('POST', at('/model-work/resume'), { kind });
export const civitaiNotice = (options?: Options): Promise<CivitaiNotice> => getJson(at('/civitai'), options);
export const askCivitai = (file: number): Promise<CivitaiAnswered> => send('POST', at(`/model-files/${file}/civitai`));

// Files
/** Where the files of some pictures are. */
export const pathsOf = (named: Named): Promise<{ paths: string[] }> => send('POST', at('/files/paths'), named);

export type AddCheck = Schemas['AddCheckAnswer'];
export interface AddAsked {
  to: number;
  clash: Clash;
  /** The action that the file is a part of. */
  journal: number | null;
}
/** What a folder cannot take, and which names it has already. */
export const checkFilesToAdd = (folder: number, names: readonly string[]): Promise<AddCheck> =>
  names.length === 0 ? Promise.resolve({ taken: [], refused: [] }) : send('POST', at('/files/add/check'), { folder_id: folder, names });
export function addFile(file: File, { to, clash, journal }: AddAsked, told: (bytes: number) => void, signal: AbortSignal): Promise<FilesDone> {
  const asked = new URLSearchParams({ folder_id: String(to), name: file.name, clash, modified: String(file.lastModified / 1000) });
  if (journal !== null) asked.set('journal', String(journal));
  return uploadTelling(at(`/files/add?${asked}`), file, told, signal);
}

export interface MoveAsked {
  to: number;
  copying: boolean;
  clash: Clash;
  dryRun?: boolean;
}
export const moveFiles = (named: Named, { to, copying, clash, dryRun = false }: MoveAsked): Promise<FilesDone> =>
  send('POST', at(copying ? '/files/copy' : '/files/move'), { ...named, to: { folder_id: to }, clash, dry_run: dryRun });
export const renameFiles = (
  named: Named,
  asked: { name: string } | { pattern: string; first: number },
  dryRun: boolean,
): Promise<FilesDone> => send('POST', at('/files/rename'), { ...named, ...asked, dry_run: dryRun });
export const deleteFiles = (
  what: Named | { marked: true },
  how: DeleteHow,
  expected: number,
): Promise<FilesDone> => send('POST', at('/files/delete'), { ...what, how, expected });
export const markedFiles = async (): Promise<number> => (await getJson<{ count: number }>(at('/files/marked'))).count;
export const filesAction = (journal: number): Promise<FilesDone> => getJson(at(`/files/actions/${journal}`));
export const cancelFilesAction = (journal: number): Promise<FilesDone> =>
  send('POST', at(`/files/actions/${journal}/cancel`));
/** Programs that pictures may be opened with, and whether this page stands where they open. */
export const programs = (): Promise<Schemas['ProgramsAnswer']> => getJson(at('/files/programs'));
export const openWith = (program: string, ids: readonly number[]): Promise<void> =>
  send('POST', at('/files/open'), { program, image_ids: ids });

// What was done
export const journal = (limit: number, options?: Options): Promise<Action[]> => getJson(at(`/journal?limit=${limit}`), options);
export const redo = (journalId?: number): Promise<Undone> =>
  send('POST', at('/redo'), journalId === undefined ? {} : { journal: journalId });
