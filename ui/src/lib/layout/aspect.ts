/** Aspect ratios as the server sends them: one byte per picture, logarithmic, 0 = not known yet. */

const NARROWEST = 0.3;
const WIDEST = 4;

/** Aspect ratio (width / height) of each byte; what is not known counts as square, extremes are cropped. */
export const ASPECTS: Float32Array = Float32Array.from({ length: 256 }, (_, byte) =>
  byte === 0 ? 1 : Math.min(WIDEST, Math.max(NARROWEST, 2 ** ((byte - 128) / 32))),
);
