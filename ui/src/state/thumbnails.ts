/**
 * Brings thumbnails to their images, those in view first.
 *
 * What the server has at hand comes many in one answer: a request for each, over the six connections that browsers open,
 * takes ten times as long. The others are asked for one by one, and made. What was shown in this session is kept for a
 * while and shown in the same frame.
 */
import { tick } from 'svelte';
import * as library from '../api/library';
import type { ThumbnailSize } from '../api/library';
import { AGAIN_MS, stopLoading } from '../lib/thumbnails';

/** One of the six connections carries the events, and one is left for everything else. */
const CONNECTIONS = 4;
const ANSWERS_AT_ONCE = 2;
const PER_ANSWER = 24;
/** So many characters of thumbnails are kept: some hundreds of them, as large as they are in tiles: a few screens. */
const MOST_KEPT = 4_000_000;

/** The thumbnail of a picture as it is now. */
export interface Thumbnail {
  id: number;
  size: ThumbnailSize;
  version: string;
}

interface Wish {
  id: number;
  size: ThumbnailSize;
  address: string;
  /** Position of its picture in the result. */
  index: number;
  image: HTMLImageElement;
  /** It has to be asked for by its own address. */
  alone: boolean;
}

/** What an image may show, by the address of the thumbnail; the longest unused first. */
const kept = new Map<string, string>();
let characters = 0;
let waiting: Wish[] = [];
const answering = new Map<AbortController, Wish[]>();
const loading = new Set<HTMLImageElement>();
let shown: (() => void)[] = [];
let first = 0;

/** Names the first picture in view: thumbnails are loaded from there on, then what stands before it. */
export function loadFrom(index: number): void {
  first = index;
}

/** What shows this thumbnail at once, where it was shown in this session. */
export const keptThumbnail = (address: string): string | undefined => kept.get(address);

/** Drops all that was shown in this session. */
export function forgetThumbnails(): void {
  kept.clear();
  characters = 0;
}

function keep(address: string, source: string): void {
  const before = kept.get(address);
  if (before !== undefined) characters -= before.length;
  kept.delete(address);
  kept.set(address, source);
  characters += source.length;
  for (const [old, text] of kept) {
    if (characters <= MOST_KEPT) return;
    kept.delete(old);
    characters -= text.length;
  }
}

/** Resolves once every tile that is drawn has its picture, at the latest after so long. */
export async function thumbnailsShown(limit: number): Promise<void> {
  await tick(); // tiles of a new result are drawn
  if (waiting.length === 0 && answering.size === 0 && loading.size === 0) return;
  await new Promise<void>((resolve) => {
    shown.push(resolve);
    setTimeout(resolve, limit);
  });
}

const distance = (wish: Wish): number => (wish.index >= first ? wish.index - first : (first - wish.index) * 4);

function next(): void {
  waiting.sort((one, other) => distance(one) - distance(other));
  while (answering.size < ANSWERS_AT_ONCE && answering.size + loading.size < CONNECTIONS) {
    const size = waiting.find((wish) => !wish.alone)?.size;
    if (size === undefined) break;
    const wishes = waiting.filter((wish) => !wish.alone && wish.size === size).slice(0, PER_ANSWER);
    waiting = waiting.filter((wish) => !wishes.includes(wish));
    void ask(wishes, size);
  }
  while (answering.size + loading.size < CONNECTIONS) {
    const wish = waiting.find((one) => one.alone);
    if (!wish) return;
    waiting = waiting.filter((one) => one !== wish);
    loading.add(wish.image);
    wish.image.src = wish.address;
  }
}

/** Asks for many; those that the server has not made, and all where it does not answer, are then asked for one by one. */
async function ask(wishes: Wish[], size: ThumbnailSize): Promise<void> {
  const request = new AbortController();
  answering.set(request, wishes);
  let found: (string | null)[] = [];
  try {
    found = await library.thumbnails(wishes.map((wish) => wish.id), size, { signal: request.signal });
  } catch {
    // Each is asked for by its own address now, and says what is wrong with it.
  }
  answering.delete(request);
  const wanted = wishes.filter((wish) => wish.image.dataset.state === 'waiting');
  wishes.forEach((wish, position) => {
    const text = found[position];
    if (text) keep(wish.address, `data:image/webp;base64,${text}`);
    else if (wanted.includes(wish)) waiting.push({ ...wish, alone: true });
  });
  await show(wanted);
  next();
  if (waiting.length > 0 || answering.size > 0 || loading.size > 0) return;
  for (const resolve of shown) resolve();
  shown = [];
}

/** Shows those that are there in one frame, once they are decoded. */
async function show(wishes: Wish[]): Promise<void> {
  const ready = wishes.flatMap((wish) => {
    const source = kept.get(wish.address);
    if (source === undefined) return [];
    wish.image.src = source;
    return [wish.image];
  });
  await Promise.allSettled(ready.map((image) => image.decode()));
  for (const image of ready) if (image.dataset.state === 'waiting') image.dataset.state = 'known';
}

function withdraw(image: HTMLImageElement): void {
  waiting = waiting.filter((wish) => wish.image !== image);
  for (const [request, wishes] of answering) {
    if (wishes.every((wish) => wish.image.dataset.state !== 'waiting')) request.abort();
  }
  if (loading.delete(image)) next();
}

/** A Svelte attachment: gives the image its thumbnail as soon as it is there; `onfailure` when it stays without. */
export function thumbnail(wanted: Thumbnail, index: number, onfailure?: () => void): (image: HTMLImageElement) => () => void {
  const { id, size, version } = wanted;
  const address = library.thumbnailAddress(id, size, version);
  return (image) => {
    let attempts = 0;
    let again: number | undefined;
    const wish = (alone: boolean): void => {
      waiting.push({ id, size, address, index, image, alone });
      queueMicrotask(next); // after all tiles of this frame have wished
    };
    const loaded = (): void => {
      if (!loading.delete(image)) return;
      image.dataset.state = 'loaded';
      keep(address, address);
      next();
    };
    const failed = (): void => {
      const pause = AGAIN_MS[attempts];
      attempts += 1;
      if (pause === undefined) {
        image.dataset.state = 'failed';
        onfailure?.();
      } else again = window.setTimeout(() => wish(true), pause);
      if (loading.delete(image)) next();
    };
    image.addEventListener('load', loaded);
    image.addEventListener('error', failed);
    const source = kept.get(address);
    if (source === undefined) {
      image.dataset.state = 'waiting';
      wish(false);
    } else {
      keep(address, source);
      image.dataset.state = 'known';
      image.src = source;
    }
    return () => {
      clearTimeout(again);
      image.removeEventListener('load', loaded);
      image.removeEventListener('error', failed);
      image.dataset.state = 'gone';
      if (loading.has(image)) stopLoading(image);
      withdraw(image);
    };
  };
}
