/** What a file holds that is in no library. */
import { upload, type Options } from './client';
import type { components } from './schema';

export type Inspected = components['schemas']['InspectedAnswer'];

/** What the server takes. */
export const LARGEST_BYTES = 2 ** 30;

export const inspectFile = (file: File, options?: Options): Promise<Inspected> =>
  upload(`/api/inspect?name=${encodeURIComponent(file.name.slice(-1000))}`, file, options);
