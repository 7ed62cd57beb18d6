/** What the page does first: it asks for its pictures, and is drawn while they are on their way. */
import { onUnreachable } from '../api/client';
import { address } from './address.svelte';
import { jobs } from './jobs.svelte';
import { layers } from './layers.svelte';
import { live } from './live.svelte';
import { result } from './result.svelte';
import { sidebar } from './sidebar.svelte';
import { thumbnailsShown } from './thumbnails';
import { startUpdates } from './updates.svelte';

/** What stands beside the pictures waits for those that one sees first, for so long. */
const PICTURES_FIRST_MS = 1000;
/** The page waits so long for the first answer: while it is drawn, nothing else can be asked for. */
const FIRST_ANSWER_MS = 100;

/** Resolves once the pictures are on their way, or take long. */
export async function begin(): Promise<void> {
  onUnreachable(() => live.lost());
  startUpdates();
  jobs.start();
  layers.start();
  // The status names the collection that everything else is about.
  void live.start().then(async () => {
    await address.start();
    await thumbnailsShown(PICTURES_FIRST_MS);
    void sidebar.refresh();
  });
  await Promise.race([result.answered, new Promise((resolve) => setTimeout(resolve, FIRST_ANSWER_MS))]);
}
