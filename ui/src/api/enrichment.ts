/** Models that look at pictures: which are here, runs over many pictures, and results that wait for a word. */
import type { Named } from '../state/picked';
import { getJson, send, type Options } from './client';
import { at } from './library';
import type { components } from './schema';
import type { Written } from './types';

type Schemas = components['schemas'];

export type Tagger = Schemas['TaggerAnswer'];
export type Taggers = Schemas['TaggersAnswer'];
export type Run = Schemas['RunAnswer'];
export type RunFailure = Schemas['FailureAnswer'];
export type Estimate = Schemas['EstimateAnswer'];
export type ResultKind = Schemas['WaitingResult']['kind'];
export type WaitingResult = Schemas['WaitingResult'];
/** What became of a result. */
export type ResultState = 'waiting' | 'accepted' | 'rejected';
export type WaitingTag = Schemas['WaitingTagAnswer'];
export type WaitingPage = Schemas['WaitingPage'];

/** What a run of tags is told. Null for `nsfw`: ratings mark nothing. */
export interface TagOptions {
  models: string[];
  thresholds: Record<string, number>;
  nsfw: number | null;
}

export interface HowToRun {
  held: boolean;
  again: boolean;
}

export const taggers = (): Promise<Taggers> => getJson('/api/taggers');

export const runs = (): Promise<Run[]> => getJson(at('/enrichment/runs'));
export const startTags = async (named: Named, tags: TagOptions, how: HowToRun): Promise<Run> =>
  (await send<{ run: Run }>('POST', at('/enrichment/runs'), { ...named, kind: 'tags', options: tags, ...how })).run;
export const estimateTags = (named: Named, tags: TagOptions, again: boolean): Promise<Estimate> =>
  send('POST', at('/enrichment/estimate'), { ...named, kind: 'tags', options: tags, again });
export const pauseRun = (id: number): Promise<void> => send('POST', at(`/enrichment/runs/${id}/pause`));
export const resumeRun = async (id: number, retryFailed: boolean): Promise<Run> =>
  (await send<{ run: Run }>('POST', at(`/enrichment/runs/${id}/resume`), { retry_failed: retryFailed })).run;
export const cancelRun = (id: number): Promise<void> => send('POST', at(`/enrichment/runs/${id}/cancel`));
export const runFailures = (id: number, options?: Options): Promise<RunFailure[]> =>
  getJson(at(`/enrichment/runs/${id}/failures`), options);

/** Results of a kind; `runs`: only what these found. */
export interface Narrowed {
  kind: ResultKind;
  runs: readonly number[] | null;
}

const narrow = ({ kind, runs }: Narrowed): string => `kind=${kind}${(runs ?? []).map((run) => `&run_id=${run}`).join('')}`;

export const results = (which: Narrowed, state: ResultState, after: number, limit: number): Promise<WaitingPage> =>
  getJson(at(`/review?${narrow(which)}&state=${state}&after=${after}&limit=${limit}`));
export const waitingTags = (which: Narrowed): Promise<WaitingTag[]> => getJson(at(`/review/tags?${narrow(which)}`));

/** Which results that wait are meant: some, or all of a kind, or of a kind and some runs. */
export type Chosen = { ids: number[] } | { kind: ResultKind; run_ids?: readonly number[] };
export const allOf = ({ kind, runs }: Narrowed): Chosen => (runs ? { kind, run_ids: runs } : { kind });

export const acceptResults = (chosen: Chosen, thresholds: Record<string, number>): Promise<Written> =>
  send('POST', at('/review/accept'), { ...chosen, thresholds });
export const acceptSure = (chosen: Chosen, sureFrom: number, thresholds: Record<string, number>): Promise<Written> =>
  send('POST', at('/review/accept-sure'), { ...chosen, sure_from: sureFrom, thresholds });
export const reopenResults = (chosen: Chosen): Promise<Written> => send('POST', at('/review/reopen'), chosen);
export const rejectResults = (chosen: Chosen): Promise<Written> => send('POST', at('/review/reject'), chosen);
export const retryResults = (chosen: Chosen): Promise<Written & { runs: number[] }> => send('POST', at('/review/retry'), chosen);
export const settleTag = (chosen: Chosen, name: string, decision: 'take' | 'refuse'): Promise<Written> =>
  send('POST', at('/review/tag'), { ...chosen, name, decision });
export const editTags = (id: number, tags: readonly string[]): Promise<Written> => send('PUT', at(`/review/${id}/tags`), { tags });
export const editCaption = (id: number, text: string): Promise<Written> => send('PUT', at(`/review/${id}/caption`), { text });
