/**
 * Brings thumbnails to their tiles, those in view first.
 *
 * What the server has at hand comes many in one answer: a request for each, over the six connections that browsers open,
 * takes ten times as long. The others are asked for one by one, and made. What was shown in this session is kept for a
 * while and shown in the same frame.
 *
 * Tiles are canvases: of images, Chromium keeps the last thousand as pixels and as files, 250 MB, long after they left the
 * page. The pixels of a canvas are given back when its tile goes.
 */
import { tick } from 'svelte';
import * as library from '../api/library';
import type { ThumbnailSize } from '../api/library';
import { bitmapOf, clear, draw } from '../lib/bitmaps';
import { AGAIN_MS } from '../lib/thumbnails';

/** One of the six connections carries the events, and one is left for everything else. */
const CONNECTIONS = 4;
const ANSWERS_AT_ONCE = 2;
const PER_ANSWER = 24;
/** So many pixels of thumbnails are kept, four bytes each: a few screens of tiles. */
const MOST_KEPT = 8_000_000;

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
  canvas: HTMLCanvasElement;
  failed: () => void;
  /** It has to be asked for by its own address. */
  alone: boolean;
}

/** What a tile may show, by the address of the thumbnail; the longest unused first. */
const kept = new Map<string, ImageBitmap>();
let pixels = 0;
let waiting: Wish[] = [];
const answering = new Map<AbortController, Wish[]>();
const making = new Map<AbortController, Wish>();
/** Answers whose thumbnails are being decoded. */
let decoding = 0;
let shown: (() => void)[] = [];
let first = 0;

/** Names the first picture in view: thumbnails are loaded from there on, then what stands before it. */
export function loadFrom(index: number): void {
  first = index;
}

/** The thumbnail itself, where it was shown in this session. It may be given back in the next frame. */
export const keptThumbnail = (address: string): ImageBitmap | undefined => kept.get(address);

/** Drops all that was shown in this session. */
export function forgetThumbnails(): void {
  for (const address of [...kept.keys()]) drop(address);
}

function drop(address: string): void {
  const bitmap = kept.get(address);
  if (!bitmap) return;
  pixels -= bitmap.width * bitmap.height;
  kept.delete(address);
  bitmap.close();
}

function keep(address: string, bitmap: ImageBitmap): void {
  if (kept.get(address) !== bitmap) drop(address);
  else pixels -= bitmap.width * bitmap.height;
  kept.delete(address);
  kept.set(address, bitmap);
  pixels += bitmap.width * bitmap.height;
  for (const old of kept.keys()) {
    if (pixels <= MOST_KEPT || old === address) return;
    drop(old);
  }
}

/** Resolves once every tile that is drawn has its picture, at the latest after so long. */
export async function thumbnailsShown(limit: number): Promise<void> {
  await tick(); // tiles of a new result are drawn
  if (isDone()) return;
  await new Promise<void>((resolve) => {
    shown.push(resolve);
    setTimeout(resolve, limit);
  });
}

const distance = (wish: Wish): number => (wish.index >= first ? wish.index - first : (first - wish.index) * 4);

const isDone = (): boolean => waiting.length === 0 && answering.size === 0 && making.size === 0 && decoding === 0;
const isWanted = (wish: Wish): boolean => wish.canvas.dataset.state === 'waiting';

function next(): void {
  waiting.sort((one, other) => distance(one) - distance(other));
  while (answering.size < ANSWERS_AT_ONCE && answering.size + making.size < CONNECTIONS) {
    const size = waiting.find((wish) => !wish.alone)?.size;
    if (size === undefined) break;
    const wishes = waiting.filter((wish) => !wish.alone && wish.size === size).slice(0, PER_ANSWER);
    waiting = waiting.filter((wish) => !wishes.includes(wish));
    void ask(wishes, size);
  }
  while (answering.size + making.size < CONNECTIONS) {
    const wish = waiting.find((one) => one.alone);
    if (!wish) break;
    waiting = waiting.filter((one) => one !== wish);
    void askAlone(wish);
  }
  if (!isDone()) return;
  for (const resolve of shown) resolve();
  shown = [];
}

/** Asks for many; those that the server has not made, and all where it does not answer, are then asked for one by one. */
async function ask(wishes: Wish[], size: ThumbnailSize): Promise<void> {
  const request = new AbortController();
  answering.set(request, wishes);
  let found: (Blob | null)[] = [];
  try {
    found = await library.thumbnails(wishes.map((wish) => wish.id), size, { signal: request.signal });
  } catch {
    // Each is asked for by its own address now, and says what is wrong with it.
  }
  answering.delete(request);
  decoding += 1;
  next();
  const bitmaps = await Promise.all(wishes.map((wish, position) => (isWanted(wish) ? bitmapOf(found[position]) : undefined)));
  decoding -= 1;
  // All that are there are shown in one frame.
  wishes.forEach((wish, position) => {
    const bitmap = bitmaps[position];
    if (bitmap) show(wish, bitmap, 'known');
    else if (isWanted(wish)) waiting.push({ ...wish, alone: true });
  });
  next();
}

/** Asks for one by its own address; the server makes it. */
async function askAlone(wish: Wish): Promise<void> {
  const request = new AbortController();
  making.set(request, wish);
  let found: Blob | undefined;
  try {
    found = await library.thumbnailFile(wish.address, { signal: request.signal });
  } catch {
    // Nobody waits for it any more, or it is tried again.
  }
  const bitmap = await bitmapOf(found);
  making.delete(request);
  if (bitmap) show(wish, bitmap, 'loaded');
  else if (isWanted(wish)) wish.failed();
  next();
}

/** known: it was there at once; loaded: one had to wait for it. */
function show(wish: Wish, bitmap: ImageBitmap, state: 'known' | 'loaded'): void {
  keep(wish.address, bitmap);
  if (!isWanted(wish)) return;
  draw(wish.canvas, bitmap);
  wish.canvas.dataset.state = state;
}

function withdraw(canvas: HTMLCanvasElement): void {
  waiting = waiting.filter((wish) => wish.canvas !== canvas);
  for (const [request, wishes] of answering) if (!wishes.some(isWanted)) request.abort();
  for (const [request, wish] of making) if (!isWanted(wish)) request.abort();
}

/** A Svelte attachment: gives the canvas its thumbnail as soon as it is there; `onfailure` when it stays without. */
export function thumbnail(wanted: Thumbnail, index: number, onfailure?: () => void): (canvas: HTMLCanvasElement) => () => void {
  const { id, size, version } = wanted;
  const address = library.thumbnailAddress(id, size, version);
  return (canvas) => {
    let attempts = 0;
    let again: number | undefined;
    const wish = (alone: boolean): void => {
      waiting.push({ id, size, address, index, canvas, failed, alone });
      queueMicrotask(next); // after all tiles of this frame have wished
    };
    const failed = (): void => {
      const pause = AGAIN_MS[attempts];
      attempts += 1;
      if (pause === undefined) {
        canvas.dataset.state = 'failed';
        onfailure?.();
      } else again = window.setTimeout(() => wish(true), pause);
    };
    const bitmap = kept.get(address);
    if (bitmap) {
      keep(address, bitmap);
      draw(canvas, bitmap);
      canvas.dataset.state = 'known';
    } else {
      canvas.dataset.state = 'waiting';
      wish(false);
    }
    return () => {
      clearTimeout(again);
      canvas.dataset.state = 'gone';
      withdraw(canvas);
      clear(canvas);
    };
  };
}
