/** Going from picture to picture in the viewer. */
import { address } from './address.svelte';
import { result } from './result.svelte';
import { viewer } from './viewer.svelte';

/** How many pictures one repeat of a held key goes, by how many repeats there were. */
const STRIDES: readonly (readonly [number, number])[] = [
  [60, 8],
  [30, 4],
  [10, 2],
];

let repeats = 0;
let frame = 0;

const strideOf = (held: number): number => STRIDES.find(([from]) => held >= from)?.[1] ?? 1;

/** Shows the picture at this place, in the same frame where it is known. */
export async function goTo(index: number): Promise<void> {
  const pages = result.shown?.pages;
  if (!pages || index < 0 || index >= result.total) return;
  if (!pages.item(index)) {
    try {
      await pages.range(index, index + 1);
    } catch {
      return; // the picture or the server is gone; what is shown stays
    }
  }
  address.openViewer(index);
}

/** One picture on or back; a held key accelerates and shows thumbnails only. */
export function step(by: 1 | -1, event?: KeyboardEvent): void {
  if (event?.repeat) race(by);
  else {
    const next = viewer.index + by;
    if (next >= 0 && next < result.total) void goTo(next);
  }
}

/** The held key was released: the picture it stopped at is shown sharp. */
export function rest(): void {
  if (!viewer.racing) return;
  cancelAnimationFrame(frame);
  [repeats, frame] = [0, 0];
  viewer.racing = false;
  address.openViewer(viewer.index);
}

/** At most one step a frame; it waits where the pictures are not known yet. */
function race(by: 1 | -1): void {
  viewer.racing = true;
  repeats += 1;
  if (frame) return;
  frame = requestAnimationFrame(() => {
    frame = 0;
    const pages = result.shown?.pages;
    for (let stride = strideOf(repeats); stride > 0; stride = Math.floor(stride / 2)) {
      const wanted = Math.min(result.total - 1, Math.max(0, viewer.index + by * stride));
      if (!pages?.item(wanted)) continue;
      viewer.index = wanted;
      return;
    }
  });
}

export function toggleFullScreen(): void {
  void (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen());
}
