/** What a finger meant that moved over a picture. */

export type Axis = 'none' | 'horizontal' | 'vertical';
export type Swipe = 'next' | 'previous' | 'close' | 'open';

const AXIS_AFTER = 10;
const FAR_PART = 0.28;
const FAR_DOWN = 0.18;
/** Pixels per millisecond from which a short flick counts. */
const FLICK = 0.4;
const FLICK_AT_LEAST = 24;

/** The direction that a movement holds to; none while it is too short to tell. */
export function axisOf(dx: number, dy: number): Axis {
  if (Math.hypot(dx, dy) < AXIS_AFTER) return 'none';
  return Math.abs(dx) >= Math.abs(dy) ? 'horizontal' : 'vertical';
}

/** What a finished movement asks for: far enough, or quick enough; null where it is to spring back. */
export function swipeOf(axis: Axis, dx: number, dy: number, ms: number, view: { width: number; height: number }): Swipe | null {
  const along = axis === 'horizontal' ? dx : axis === 'vertical' ? dy : 0;
  const room = axis === 'horizontal' ? view.width * FAR_PART : view.height * FAR_DOWN;
  const quick = Math.abs(along) >= FLICK_AT_LEAST && Math.abs(along) / Math.max(1, ms) >= FLICK;
  if (!quick && Math.abs(along) < room) return null;
  if (axis === 'horizontal') return along < 0 ? 'next' : 'previous';
  if (axis === 'vertical') return along > 0 ? 'close' : 'open';
  return null;
}
