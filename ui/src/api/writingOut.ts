/** Tags and captions written beside pictures and into them, and taken over from files beside them. */
import type { Named } from '../state/picked';
import { send } from './client';
import { at } from './library';
import type { FilesDone } from './places';
import type { components } from './schema';

type Schemas = components['schemas'];

export type Words = Partial<Schemas['WordsOptions']>;
export type SidecarForm = Schemas['WriteSidecarsRequest']['form'];
export type SidecarExisting = Schemas['WriteSidecarsRequest']['existing'];
export type IntoWhat = Schemas['WriteIntoRequest']['what'];
export type IntoExisting = Schemas['WriteIntoRequest']['existing'];
export type ReadForm = Schemas['ReadSidecarsRequest']['form'];
export type SidecarsRead = Schemas['ReadSidecarsAnswer'];

export interface Sidecars {
  form: SidecarForm;
  existing: SidecarExisting;
  words: Words;
}

export interface Into {
  what: IntoWhat;
  existing: IntoExisting;
  keep_time: boolean;
  words: Words;
}

export const writeSidecars = (named: Named, how: Sidecars, dryRun: boolean): Promise<FilesDone> =>
  send('POST', at('/write-out/sidecars'), { ...named, ...how, dry_run: dryRun });
export const writeInto = (named: Named, how: Into, dryRun: boolean): Promise<FilesDone> =>
  send('POST', at('/write-out/pictures'), { ...named, ...how, dry_run: dryRun });
export const readSidecars = (named: Named, how: { form: ReadForm; over: boolean }): Promise<SidecarsRead> =>
  send('POST', at('/read-sidecars'), { ...named, ...how });
