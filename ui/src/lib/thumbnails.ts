/**
 * Loads thumbnails a few at a time, those in view first.
 *
 * Browsers open six connections to a server, and one carries the events; four for thumbnails leave one for everything
 * else. What was loaded once in this session is shown in the same frame, without waiting and without a fade.
 */

const AT_ONCE = 4;
const REMEMBERED = 20_000;

/** How long to wait before a thumbnail that failed is asked for again: a file that is being moved is there a moment later. */
const AGAIN_MS = [500, 1_500];

interface Wish {
  address: string;
  /** Position of its picture in the result. */
  index: number;
  image: HTMLImageElement;
}

const loaded = new Set<string>();
const waiting: Wish[] = [];
const loading = new Set<HTMLImageElement>();
let first = 0;

/** Names the first picture in view: thumbnails are loaded from there on, then what stands before it. */
export function loadFrom(index: number): void {
  first = index;
}

const distance = (wish: Wish): number => (wish.index >= first ? wish.index - first : (first - wish.index) * 4);

function takeNearest(): Wish | undefined {
  let nearest = 0;
  waiting.forEach((wish, position) => {
    if (distance(wish) < distance(waiting[nearest] as Wish)) nearest = position;
  });
  return waiting.splice(nearest, 1)[0];
}

function remember(address: string): void {
  if (loaded.size >= REMEMBERED) loaded.delete(loaded.values().next().value as string);
  loaded.add(address);
}

function next(): void {
  while (loading.size < AT_ONCE) {
    const wish = takeNearest();
    if (!wish) return;
    loading.add(wish.image);
    wish.image.src = wish.address;
  }
}

function release(image: HTMLImageElement): void {
  if (loading.delete(image)) next();
}

function withdraw(image: HTMLImageElement): void {
  const position = waiting.findIndex((wish) => wish.image === image);
  if (position >= 0) waiting.splice(position, 1);
}

/** A Svelte attachment: gives the image its thumbnail as soon as a connection is free; `onfailure` when it stays without. */
export function thumbnail(address: string, index: number, onfailure?: () => void): (image: HTMLImageElement) => () => void {
  return (image) => {
    let attempts = 0;
    let again: number | undefined;
    const wish = (): void => {
      waiting.push({ address, index, image });
      queueMicrotask(next); // after all tiles of this frame have wished
    };
    const done = (): void => {
      remember(address);
      image.dataset.state = 'loaded';
      release(image);
    };
    const failed = (): void => {
      const pause = AGAIN_MS[attempts];
      attempts += 1;
      if (pause === undefined) {
        image.dataset.state = 'failed';
        onfailure?.();
      } else again = window.setTimeout(wish, pause);
      release(image);
    };
    image.addEventListener('load', done);
    image.addEventListener('error', failed);
    if (loaded.has(address)) {
      image.dataset.state = 'known';
      image.src = address;
    } else {
      image.dataset.state = 'waiting';
      wish();
    }
    return () => {
      clearTimeout(again);
      image.removeEventListener('load', done);
      image.removeEventListener('error', failed);
      withdraw(image);
      image.removeAttribute('src'); // cancels the request, and what was decoded need not wait for a collection
      release(image);
    };
  };
}

/** A Svelte attachment for an image that has its address already: a failure is tried again before it is one. */
export function triedAgain(onfailure: () => void): (image: HTMLImageElement) => () => void {
  return (image) => {
    let attempts = 0;
    let again: number | undefined;
    const failed = (): void => {
      const pause = AGAIN_MS[attempts];
      attempts += 1;
      if (pause === undefined) onfailure();
      else again = window.setTimeout(() => image.setAttribute('src', image.src), pause);
    };
    const loaded = (): void => void (attempts = 0);
    image.addEventListener('load', loaded);
    image.addEventListener('error', failed);
    return () => {
      clearTimeout(again);
      image.removeEventListener('load', loaded);
      image.removeEventListener('error', failed);
    };
  };
}

/** The smallest thumbnail that is sharp in this box on this screen. */
export function sizeFor(width: number, height: number, density: number): 256 | 512 | 1024 {
  const side = Math.max(width, height) * Math.min(density, 2);
  return side <= 288 ? 256 : side <= 640 ? 512 : 1024;
}

/** True where this thumbnail was loaded in this session, so that the browser has it at hand. */
export const isLoaded = (address: string): boolean => loaded.has(address);
