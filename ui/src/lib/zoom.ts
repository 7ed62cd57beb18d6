/** Geometry of the viewer: how large the picture is drawn, and what stays where while one zooms. */

export interface Size {
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

export const SMALLEST_SCALE = 0.1;
export const LARGEST_SCALE = 10;

export const clampScale = (scale: number): number => Math.min(LARGEST_SCALE, Math.max(SMALLEST_SCALE, scale));

/** Screen pixels per picture pixel at which the whole picture is seen; small pictures are not enlarged unless asked. */
export function fitScale(picture: Size, view: Size, enlarge = false): number {
  if (picture.width <= 0 || picture.height <= 0) return 1;
  const whole = Math.min(view.width / picture.width, view.height / picture.height);
  return enlarge ? whole : Math.min(1, whole);
}

/** Screen pixels per picture pixel at which the picture fills the view, without an empty margin. */
export function fillScale(picture: Size, view: Size): number {
  if (picture.width <= 0 || picture.height <= 0) return 1;
  return Math.max(view.width / picture.width, view.height / picture.height);
}

/** Upper left corner of the picture in the view, when `centre` (parts of the picture) is in the view's middle. */
export function corner(picture: Size, view: Size, scale: number, centre: Point): Point {
  return { x: view.width / 2 - centre.x * picture.width * scale, y: view.height / 2 - centre.y * picture.height * scale };
}

/** The centre that keeps the picture's edges at the view's edges or beyond; what is smaller than the view stays centred. */
export function clampCentre(picture: Size, view: Size, scale: number, centre: Point): Point {
  const axis = (length: number, room: number, at: number): number => {
    const drawn = length * scale;
    if (drawn <= room) return 0.5;
    const half = room / 2 / drawn;
    return Math.min(1 - half, Math.max(half, at));
  };
  return { x: axis(picture.width, view.width, centre.x), y: axis(picture.height, view.height, centre.y) };
}

/** The centre after zooming from `from` to `to`, so that what is under the pointer (view coordinates) stays there. */
export function zoomAt(picture: Size, view: Size, from: number, to: number, centre: Point, pointer: Point): Point {
  const dx = (pointer.x - view.width / 2) / picture.width;
  const dy = (pointer.y - view.height / 2) / picture.height;
  const moved = { x: centre.x + dx / from - dx / to, y: centre.y + dy / from - dy / to };
  return clampCentre(picture, view, to, moved);
}
