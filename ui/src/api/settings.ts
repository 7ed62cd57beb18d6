/** Settings of the server, and what becomes of pictures that are marked NSFW. */
import { getJson, send } from './client';
import type { components } from './schema';

export type ServerSettings = components['schemas']['SettingsAnswer'];
export type ServerSetting = components['schemas']['SettingAnswer'];
export type NsfwAnswer = components['schemas']['NsfwModeAnswer'];
export type NsfwMode = NsfwAnswer['mode'];

export const settings = (): Promise<ServerSettings> => getJson('/api/settings');
export const changeSettings = (values: Record<string, unknown>): Promise<ServerSettings> =>
  send('PATCH', '/api/settings', { values });
export const nsfwMode = (): Promise<NsfwAnswer> => getJson('/api/nsfw-mode');
export const setNsfwMode = (mode: NsfwMode, passphrase?: string): Promise<NsfwAnswer> =>
  send('PUT', '/api/nsfw-mode', passphrase === undefined ? { mode } : { mode, passphrase });
export const setPassphrase = (passphrase: string | null, current?: string): Promise<NsfwAnswer> =>
  send('PUT', '/api/nsfw-mode/passphrase', current === undefined ? { passphrase } : { passphrase, current });
