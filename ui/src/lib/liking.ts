/** How much more often pictures are kept: factors with their 95 % range, from shares and from counts. */
import type { Liking } from '../api/places';

export interface Factor {
  /** Kept this many times as often as without it. */
  factor: number;
  low: number;
  high: number;
  /** 1 lies outside of the range. */
  sure: boolean;
}

/** A difference of shares as a factor; null where nothing else was kept, so that there is nothing to compare with. */
export function factorOf(liking: Liking | null): Factor | null {
  if (!liking || liking.without <= 0) return null;
  const of = (difference: number): number => Math.max(0, (liking.without + difference) / liking.without);
  return { factor: of(liking.lift), low: of(liking.low), high: of(liking.high), sure: liking.sure };
}

const Z = 1.96;

/** The 95 % range of a share by Wilson (1927): holds for few pictures too. */
export function wilson(kept: number, of: number): [number, number] {
  if (of <= 0) return [0, 1];
  const [share, z2] = [kept / of, Z * Z];
  const middle = (share + z2 / (2 * of)) / (1 + z2 / of);
  const half = (Z / (1 + z2 / of)) * Math.sqrt((share * (1 - share)) / of + z2 / (4 * of * of));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/** Pictures of a prompt that were kept, against the average of the library; null where nothing was kept at all. */
export function factorAgainst(kept: number, of: number, average: number): Factor | null {
  if (of <= 0 || average <= 0) return null;
  const [low, high] = wilson(kept, of).map((share) => share / average) as [number, number];
  return { factor: kept / of / average, low, high, sure: low > 1 || high < 1 };
}

/** Place of a factor on a scale from ×¼ to ×4, 0 to 1; equal steps are equal factors. */
export function placeOf(factor: number, least = 0.25, most = 4): number {
  const inside = Math.min(most, Math.max(least, factor));
  return Math.log(inside / least) / Math.log(most / least);
}

/** A difference to be drawn: its words, and where its middle and ends stand on a scale, 0 to 1; 0.5 is no difference. */
export interface Lift {
  text: string;
  middle: number;
  low: number;
  high: number;
  /** 1: better than without; -1: worse; 0: this may be chance. */
  sign: -1 | 0 | 1;
}

const POINTS = 3;

/** What to draw of a token: favourites where there are any, else ratings, in points. */
export function liftOf(token: { favorite: Liking | null; rating: Liking | null }, number: (value: number) => string): Lift | null {
  const factor = factorOf(token.favorite);
  if (factor) {
    const { factor: middle, low, high, sure } = factor;
    return { text: `×${number(middle)}`, middle: placeOf(middle), low: placeOf(low), high: placeOf(high), sign: signOf(sure, middle - 1) };
  }
  const { rating } = token;
  if (!rating) return null;
  const place = (points: number): number => Math.min(1, Math.max(0, 0.5 + points / (2 * POINTS)));
  const text = `${rating.lift < 0 ? '−' : '+'}${number(Math.abs(rating.lift))}`;
  return { text, middle: place(rating.lift), low: place(rating.low), high: place(rating.high), sign: signOf(rating.sure, rating.lift) };
}

const signOf = (sure: boolean, difference: number): -1 | 0 | 1 => (sure ? (difference < 0 ? -1 : 1) : 0);
