/** Wheel, drag, double click, pinch and swipe over a picture, as one attachment. Each has a key of its own elsewhere. */
import type { Attachment } from 'svelte/attachments';
import { axisOf, swipeOf, type Axis, type Swipe } from './swipe';
import type { Point } from './zoom';

export interface Gestures {
  zoom(factor: number, at: Point): void;
  pan(dx: number, dy: number): void;
  /** Part of the picture lies outside, so that a drag moves it. */
  pannable(): boolean;
  toggle(at: Point): void;
  /** The wheel goes to the next or previous picture, unless Ctrl is held. */
  wheelSteps?(): boolean;
  step?(by: 1 | -1): void;
  /** A drag of the picture begins or ends. */
  dragging?(active: boolean): void;
  /** A finger moves over a picture that cannot be panned. */
  swiping?(axis: Axis, dx: number, dy: number): void;
  /** It was lifted: what it meant, or null. */
  swiped?(swipe: Swipe | null): void;
}

const WHEEL_SPEED = 0.0016;
const PIXELS_PER_LINE = 16;
/** Trackpads send many small turns for one movement. */
const WHEEL_REST_MS = 80;
const DOUBLE_TAP_MS = 300;
const DOUBLE_TAP_PX = 32;
const TAP_PX = 10;
/** Parts of the page in a picture that take the pointer for themselves. */
const OWN = 'button, a, input, [role=slider]';
/** Height of a film's own controls. */
const CONTROLS_PX = 72;

interface Finger {
  start: Point;
  now: Point;
  since: number;
}

export function gestures(act: Gestures): Attachment<HTMLElement> {
  return (element) => {
    const fingers = new Map<number, Finger>();
    let axis: Axis = 'none';
    let panning = false;
    let swiping = false;
    let pinched = false;
    let lastTap = { at: { x: 0, y: 0 }, time: -Infinity };
    let touched = -Infinity;
    let stepped = -Infinity;

    const pointIn = (event: MouseEvent): Point => {
      const box = element.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };

    function wheel(event: WheelEvent): void {
      event.preventDefault();
      if (!event.ctrlKey && act.wheelSteps?.()) {
        if (event.timeStamp - stepped > WHEEL_REST_MS && event.deltaY !== 0) act.step?.(event.deltaY > 0 ? 1 : -1);
        if (event.timeStamp - stepped > WHEEL_REST_MS) stepped = event.timeStamp;
        return;
      }
      const pixels = event.deltaY * (event.deltaMode === 1 ? PIXELS_PER_LINE : 1);
      act.zoom(Math.exp(-pixels * WHEEL_SPEED), pointIn(event));
    }

    function down(event: PointerEvent): void {
      const target = event.target instanceof Element ? event.target : element;
      if (event.button !== 0 || target.closest(OWN)) return;
      const touch = event.pointerType === 'touch';
      if (!touch && !act.pannable()) return;
      const point = pointIn(event);
      const onFilm = target.closest('video') !== null;
      if (onFilm && (!touch || point.y > element.clientHeight - CONTROLS_PX)) return;
      if (!onFilm) element.setPointerCapture(event.pointerId); // a film keeps its taps
      fingers.set(event.pointerId, { start: point, now: point, since: event.timeStamp });
      if (fingers.size > 1) {
        pinched = true;
        endSwipe(null);
        return;
      }
      [axis, pinched] = ['none', false];
      panning = act.pannable();
      swiping = touch && !panning && act.swiped !== undefined;
      if (panning) act.dragging?.(true);
    }

    function moved(event: PointerEvent): void {
      const finger = fingers.get(event.pointerId);
      if (!finger) return;
      const [before, point] = [finger.now, pointIn(event)];
      const other = [...fingers.values()].find((one) => one !== finger);
      finger.now = point;
      if (other) {
        pinch(before, point, other.now);
      } else if (panning) {
        act.pan(point.x - before.x, point.y - before.y);
      } else if (swiping) {
        const [dx, dy] = [point.x - finger.start.x, point.y - finger.start.y];
        if (axis === 'none') axis = axisOf(dx, dy);
        act.swiping?.(axis, dx, dy);
      }
    }

    function pinch(before: Point, now: Point, other: Point): void {
      const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
      const [was, is] = [Math.hypot(before.x - other.x, before.y - other.y), Math.hypot(now.x - other.x, now.y - other.y)];
      if (was > 0 && is > 0) act.zoom(is / was, middle);
      act.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
    }

    function up(event: PointerEvent): void {
      const finger = fingers.get(event.pointerId);
      if (!finger || !fingers.delete(event.pointerId)) return;
      if (fingers.size > 0) {
        panning = act.pannable(); // the finger that stays goes on
        return;
      }
      const [dx, dy] = [finger.now.x - finger.start.x, finger.now.y - finger.start.y];
      if (event.pointerType === 'touch') {
        touched = event.timeStamp;
        if (!pinched && event.type === 'pointerup' && Math.hypot(dx, dy) < TAP_PX) tap(finger.now, event.timeStamp);
      }
      if (panning) act.dragging?.(false);
      panning = false;
      const view = { width: element.clientWidth, height: element.clientHeight };
      endSwipe(event.type === 'pointerup' ? swipeOf(axis, dx, dy, event.timeStamp - finger.since, view) : null);
    }

    function endSwipe(swipe: Swipe | null): void {
      if (swiping) act.swiped?.(swipe);
      swiping = false;
    }

    function tap(at: Point, time: number): void {
      const near = Math.hypot(at.x - lastTap.at.x, at.y - lastTap.at.y) < DOUBLE_TAP_PX;
      const twice = near && time - lastTap.time < DOUBLE_TAP_MS;
      lastTap = { at, time: twice ? -Infinity : time };
      if (twice) act.toggle(at);
    }

    function doubleClicked(event: MouseEvent): void {
      const own = event.target instanceof Element && event.target.closest(OWN) !== null;
      if (!own && event.timeStamp - touched > 2 * DOUBLE_TAP_MS) act.toggle(pointIn(event));
    }

    const listeners = new AbortController();
    const { signal } = listeners;
    element.addEventListener('wheel', wheel, { passive: false, signal });
    element.addEventListener('pointerdown', down, { signal });
    element.addEventListener('pointermove', moved, { signal });
    element.addEventListener('pointerup', up, { signal });
    element.addEventListener('pointercancel', up, { signal });
    element.addEventListener('dblclick', doubleClicked, { signal });
    return () => listeners.abort();
  };
}
