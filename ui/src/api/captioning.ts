/** Captions that models write: who writes them, what they are asked, and asking them. */
import type { Named } from '../state/picked';
import { getJson, send } from './client';
import type { Estimate, HowToRun, Run } from './enrichment';
import { at } from './library';
import type { components } from './schema';

type Schemas = components['schemas'];

export type Provider = Schemas['CaptionProviderAnswer'];
export type ProviderName = Provider['name'];
export type Instructions = Schemas['InstructionsAnswer'];
export type CaptionType = Schemas['CaptionTypeAnswer'];
export type Mode = Instructions['modes'][number];
export type CaptionNow = Schemas['CaptionNowAnswer'];
export type Connection = Schemas['ConnectionAnswer'];
/** How a caption is to be; what is absent is as the settings say. */
export type Wish = Partial<Schemas['CaptionWish']>;
/** A server in place of that of the settings. */
export type Server = Partial<Schemas['ServerWish']>;

export const providers = (): Promise<Provider[]> => getJson('/api/captions/providers');
export const instructions = (): Promise<Instructions> => getJson('/api/captions/instructions');
export const changeInstruction = (name: string, text: string): Promise<CaptionType> =>
  send('PUT', `/api/captions/instructions/${encodeURIComponent(name)}`, { text });
/** Gives a type our own instruction again. */
export const restoreInstruction = (name: string): Promise<void> =>
  send('DELETE', `/api/captions/instructions/${encodeURIComponent(name)}`);
export const startCaptions = async (named: Named, how: Wish, run: HowToRun): Promise<Run> =>
  (await send<{ run: Run }>('POST', at('/captions/runs'), { ...named, how, ...run })).run;
/** askServer: time a server by one question, which may cost money. */
export const estimateCaptions = (named: Named, how: Wish, again: boolean, askServer: boolean): Promise<Estimate> =>
  send('POST', at('/captions/estimate'), { ...named, how, again, ask_server: askServer });
export const captionNow = (id: number, how: Wish): Promise<CaptionNow> => send('POST', at(`/images/${id}/caption`), { how });
export const testServer = (server: Server): Promise<Connection> => send('POST', '/api/captions/server/test', server);
export const captionSample = (how: Wish): Promise<CaptionNow> => send('POST', '/api/captions/sample', { how });
