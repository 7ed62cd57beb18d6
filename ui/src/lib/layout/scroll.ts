/**
 * A scroll range of any height on an element of bounded height.
 *
 * Browsers cut elements at 17 to 33 million pixels. So the element is at most `WINDOW` high, and shows the part of the
 * content that begins at `base`. Scrolling stays native and exact, pixel by pixel; only when it comes near the end of
 * the element is `base` moved and the element's own offset set back to the middle.
 */

export const WINDOW = 6_000_000;
const MARGIN = 500_000;

export interface ScrollPosition {
  /** Offset of the element's top in the content. */
  base: number;
  /** The element's own scroll offset. */
  offset: number;
}

export const elementHeight = (height: number): number => Math.min(height, WINDOW);

export const lastOffset = (height: number, view: number): number => Math.max(0, height - view);

/** Where base and offset must be so that the content's `y` is at the top of the view. */
export function positionFor(y: number, height: number, view: number): ScrollPosition {
  const top = Math.min(Math.max(0, y), lastOffset(height, view));
  if (height <= WINDOW) return { base: 0, offset: top };
  const base = Math.round(Math.min(Math.max(0, top - WINDOW / 2), height - WINDOW));
  return { base, offset: top - base };
}

/** Whether the element's end is so near that the base has to move. */
export function needsRebase(position: ScrollPosition, height: number, view: number): boolean {
  if (height <= WINDOW) return position.base !== 0;
  const before = position.offset < MARGIN && position.base > 0;
  const after = position.offset > WINDOW - view - MARGIN && position.base < height - WINDOW;
  return before || after;
}
