/** Backups of the collection, and what people decided as a file. */
import { getJson, send } from './client';
import { at } from './library';
import type { components } from './schema';

export type Backup = components['schemas']['BackupAnswer'];
type Restored = components['schemas']['RestoredAnswer'];

export const backups = (): Promise<Backup[]> => getJson(at('/backups'));
export const makeBackup = (): Promise<Backup> => send('POST', at('/backups'));
export const restoreBackup = (name: string): Promise<Restored> => send('POST', at('/backups/restore'), { name });
export const exportAddress = (): string => at('/curation.json.gz');
