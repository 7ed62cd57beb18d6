/** Small pictures as pixels, drawn into canvases. */

/** The pixels of a file; undefined where there is none or a browser cannot read it. */
export async function bitmapOf(file: Blob | null | undefined): Promise<ImageBitmap | undefined> {
  if (!file) return undefined;
  try {
    return await createImageBitmap(file);
  } catch {
    return undefined;
  }
}

/** Draws it as large as it is; how large it is shown says the style. One that was given back draws nothing. */
export function draw(canvas: HTMLCanvasElement, bitmap: ImageBitmap): void {
  if (bitmap.width === 0) return;
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  // In memory and not on the graphics card: it is drawn once, and then part of the page like an image.
  canvas.getContext('2d', { willReadFrequently: true })?.drawImage(bitmap, 0, 0);
}

/** Gives its pixels back now, not when the garbage is collected. */
export function clear(canvas: HTMLCanvasElement): void {
  canvas.width = 0;
  canvas.height = 0;
}
