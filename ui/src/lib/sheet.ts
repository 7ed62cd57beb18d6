/** Where a sheet stops that was let go. */

const FLICK = 0.5;

/** The stop for a sheet of this height (pixels) moving at this speed (pixels per millisecond, upwards positive). */
export function nearestStop(height: number, speed: number, stops: readonly number[]): number {
  const ahead = speed > FLICK ? stops.findIndex((stop) => stop > height) : speed < -FLICK ? stops.findLastIndex((stop) => stop < height) : -1;
  if (ahead >= 0) return ahead;
  if (speed > FLICK) return stops.length - 1;
  if (speed < -FLICK) return 0;
  let nearest = 0;
  stops.forEach((stop, at) => {
    if (Math.abs(stop - height) < Math.abs((stops[nearest] ?? 0) - height)) nearest = at;
  });
  return nearest;
}
