/** What images of the page have in common: which size is sharp enough, and that a failure is tried again. */

/** How long to wait before a picture that failed is asked for again: a file that is being moved is there a moment later. */
export const AGAIN_MS: readonly number[] = [500, 1_500];

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

/**
 * Cancels what an image that left the page still loads, and takes it out of where it stands: Chromium holds an image whose
 * address was taken away outside of the page, and all around it, until it has left a parent once more.
 */
export function stopLoading(image: HTMLImageElement): void {
  image.removeAttribute('src');
  new DocumentFragment().append(image);
  image.remove();
}

/** The smallest thumbnail that is sharp in this box on this screen. */
export function sizeFor(width: number, height: number, density: number): 256 | 512 | 1024 {
  const side = Math.max(width, height) * Math.min(density, 2);
  return side <= 288 ? 256 : side <= 640 ? 512 : 1024;
}
