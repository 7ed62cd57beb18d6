/** A picture opens from the place of its tile; nothing moves for those who want no motion. */
import type { Point, Size } from './zoom';

const MOVE_MS = 180;
const EASE = 'cubic-bezier(.2,0,0,1)';

/** Lets an element that shows a picture at `at`, `size` come from the tile of this place in the result. */
export function openFromTile(element: HTMLElement, index: number, at: Point, size: Size): void {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches || size.width < 1) return;
  const tile = document.getElementById(`tile-${index}`)?.getBoundingClientRect();
  if (!tile || tile.width < 1) return;
  const stage = element.getBoundingClientRect();
  const scale = Math.max(tile.width / size.width, tile.height / size.height);
  const dx = tile.left + tile.width / 2 - stage.left - (at.x + size.width / 2) * scale;
  const dy = tile.top + tile.height / 2 - stage.top - (at.y + size.height / 2) * scale;
  element.animate([{ transform: `translate(${dx}px, ${dy}px) scale(${scale})` }, { transform: 'none' }], {
    duration: MOVE_MS,
    easing: EASE,
  });
}
