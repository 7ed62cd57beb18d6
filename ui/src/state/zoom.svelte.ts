/** How large pictures are drawn and which part of them is seen; holds from picture to picture. */
import { clampCentre, clampScale, corner, fillScale, fitScale, zoomAt, type Point, type Size } from '../lib/zoom';

export type ZoomMode = 'fit' | 'fill' | 'actual' | 'free';

/** A picture and the box it is drawn in, in CSS pixels. */
export interface Frame {
  picture: Size;
  view: Size;
  /** Screen pixels per CSS pixel. */
  density: number;
  /** Small pictures are enlarged to fit. */
  enlarge?: boolean;
}

const MIDDLE: Point = { x: 0.5, y: 0.5 };

export class Zoom {
  mode: ZoomMode = $state('fit');
  /** Screen pixels per picture pixel, for `free`. */
  #scale = $state(1);
  /** What is in the middle of the view, as a part of the picture. */
  #centre: Point = $state.raw(MIDDLE);

  /** CSS pixels per picture pixel. */
  scaleIn({ picture, view, density, enlarge }: Frame): number {
    if (this.mode === 'fit') return fitScale(picture, view, enlarge);
    if (this.mode === 'fill') return fillScale(picture, view);
    return (this.mode === 'actual' ? 1 : this.#scale) / density;
  }

  percentIn(frame: Frame): number {
    return Math.round(this.scaleIn(frame) * frame.density * 100);
  }

  /** Where the picture's upper left corner lies in the view. */
  cornerIn(frame: Frame): Point {
    const scale = this.scaleIn(frame);
    return corner(frame.picture, frame.view, scale, clampCentre(frame.picture, frame.view, scale, this.#centre));
  }

  /** Part of the picture lies outside the view. */
  isPannableIn(frame: Frame): boolean {
    const scale = this.scaleIn(frame);
    return frame.picture.width * scale > frame.view.width + 1 || frame.picture.height * scale > frame.view.height + 1;
  }

  use(mode: Exclude<ZoomMode, 'free'>): void {
    this.mode = mode;
    this.#centre = MIDDLE;
  }

  /** Zooms to so many screen pixels per picture pixel; what is at `at` stays there. */
  to(frame: Frame, wanted: number, at: Point = middleOf(frame.view)): void {
    const [from, to] = [this.scaleIn(frame), clampScale(wanted)];
    const centre = clampCentre(frame.picture, frame.view, from, this.#centre);
    this.#centre = zoomAt(frame.picture, frame.view, from, to / frame.density, centre, at);
    this.#scale = to;
    this.mode = 'free';
  }

  by(frame: Frame, factor: number, at?: Point): void {
    this.to(frame, this.scaleIn(frame) * frame.density * factor, at);
  }

  /** From the whole picture to its own pixels, and from anything else to the whole picture. */
  toggle(frame: Frame, at?: Point): void {
    if (this.mode !== 'fit') {
      this.use('fit');
      return;
    }
    this.to(frame, 1, at);
    this.mode = 'actual';
  }

  /** Moves the picture by CSS pixels. */
  pan(frame: Frame, dx: number, dy: number): void {
    const scale = this.scaleIn(frame);
    const centre = clampCentre(frame.picture, frame.view, scale, this.#centre);
    const moved = { x: centre.x - dx / (frame.picture.width * scale), y: centre.y - dy / (frame.picture.height * scale) };
    this.#centre = clampCentre(frame.picture, frame.view, scale, moved);
  }
}

const middleOf = (view: Size): Point => ({ x: view.width / 2, y: view.height / 2 });
