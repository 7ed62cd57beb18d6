/** Puts a result on the screen together with everything that depends on it. */
import { curation } from './curation.svelte';
import { result, type Place } from './result.svelte';
import { selected } from './selected.svelte';

/** Searches; false when it was refused or overtaken, and then everything is as before. */
export async function show(q: string, sort: string, place: Place): Promise<boolean> {
  const sameQuery = result.shown !== null && result.q === q;
  const focus = selected.focused?.id;
  return (await result.run({ q, sort, place, focus })) && settle(sameQuery);
}

/** Asks the same again; neither view nor selection nor focus move. */
export async function refresh(): Promise<boolean> {
  return (await result.refresh(selected.focused?.id)) && settle(true);
}

function settle(sameQuery: boolean): boolean {
  const shown = result.shown;
  if (!shown) return false;
  selected.keepChanges();
  selected.resultChanged(sameQuery, shown.focus);
  curation.settled(shown.seen);
  return true;
}
