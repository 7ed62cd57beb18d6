/** Puts a result on the screen together with everything that depends on it. */
import { curation } from './curation.svelte';
import { grid } from './grid.svelte';
import { focusTile } from './moving';
import { result, type Ask, type Place } from './result.svelte';
import { selected } from './selected.svelte';

/** Searches; false when it was refused or overtaken, and then everything is as before. */
export async function show(q: string, sort: string, place: Place): Promise<boolean> {
  const sameQuery = result.shown !== null && result.q === q;
  const focus = selected.focused?.id;
  return (await result.run({ q, sort, place, focus })) && settle(sameQuery);
}

/** Asks the same again; neither view nor selection nor focus move. */
export async function refresh(): Promise<boolean> {
  return (await result.refresh(selected.focused?.id, anchor())) && settle(true);
}

/** The picture whose row stays where it is: the focused one while it is in view, else the first in view. */
function anchor(): Ask['keep'] {
  if (grid.top < 1) return undefined;
  const index = grid.isInView(selected.focus) ? selected.focus : grid.first;
  const item = result.shown?.pages.item(index);
  return item && !result.shown?.pages.gone.has(item.id) ? { id: item.id, index } : undefined;
}

function settle(sameQuery: boolean): boolean {
  const shown = result.shown;
  if (!shown) return false;
  const inGrid = document.activeElement instanceof HTMLElement && document.activeElement.closest('[role=grid]') !== null;
  selected.keepChanges();
  selected.resultChanged(sameQuery, shown.focus);
  curation.settled(shown.seen);
  if (inGrid && shown.total > 0) focusTile(selected.focus >= 0 ? selected.focus : grid.first); // other tiles stand there now
  return true;
}
