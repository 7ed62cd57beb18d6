/** Notes which pictures somebody looked at for a while; told to the server some at a time. */
import * as library from '../api/library';
import { Refused, Unreachable } from '../api/client';

/** Looked at for so long, a picture counts as viewed. */
export const LOOKED_AT_MS = 2000;
const TOLD_AFTER_MS = 15_000;
const MOST_WAITING = 50;

const waiting = new Set<number>();
let timer: number | undefined;

export function noteViewed(id: number): void {
  waiting.add(id);
  if (waiting.size >= MOST_WAITING) void tellViewed();
  else timer ??= window.setTimeout(() => void tellViewed(), TOLD_AFTER_MS);
}

/** Tells what was not told yet. What cannot be told is forgotten: nobody misses it enough to be bothered. */
export async function tellViewed(): Promise<void> {
  clearTimeout(timer);
  timer = undefined;
  const ids = [...waiting];
  waiting.clear();
  if (ids.length === 0) return;
  try {
    await library.viewed(ids);
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
  }
}
