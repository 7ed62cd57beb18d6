/** Bars above a range: counts of values, gathered into as many bars as fit. */
import type { FacetValue } from '../../api/types';

export interface Bar {
  low: number;
  high: number;
  count: number;
}

export interface Point {
  value: number;
  count: number;
}

const MOST_BARS = 24;

export function points(values: readonly FacetValue[], read: (value: string) => number = Number): Point[] {
  const found = new Map<number, number>();
  for (const { value, count } of values) {
    const number = read(value);
    if (Number.isFinite(number)) found.set(number, (found.get(number) ?? 0) + count);
  }
  return [...found].map(([value, count]) => ({ value, count })).sort((a, b) => a.value - b.value);
}

/** Width, height, pixels or ratio of a size as the server writes it, `1024x768`. */
export function sizeReader(field: string): (size: string) => number {
  return (size) => {
    const [width = NaN, height = NaN] = size.split('x').map(Number);
    if (field === 'width') return width;
    if (field === 'height') return height;
    return field === 'pixels' ? width * height : Math.round((width / height) * 100) / 100;
  };
}

export interface Scale {
  lowest: number;
  highest: number;
  /** From 0 to 1. */
  place: (value: number) => number;
  value: (place: number) => number;
  /** What one press of an arrow key adds. */
  step: number;
}

const MANY = 1000;

/** Even steps, or even factors where a few values are far larger than most. */
export function scaleOf(found: readonly Point[], whole: boolean): Scale {
  const lowest = found[0]?.value ?? 0;
  const highest = Math.max(found.at(-1)?.value ?? 1, lowest + (whole ? 1 : 0.1));
  const wide = lowest >= 0 && highest > 12 * Math.max(median(found), 1e-9);
  const [up, down]: [(value: number) => number, (value: number) => number] = wide
    ? [(value) => Math.log1p(Math.max(0, value - lowest)), (value) => lowest + Math.expm1(value)]
    : [(value) => value - lowest, (value) => lowest + value];
  const length = up(highest);
  const finest = whole ? 1 : highest - lowest > 20 ? 0.5 : 0.05;
  return {
    lowest,
    highest,
    place: (value) => Math.min(1, Math.max(0, up(value) / length)),
    value: (place) => neat(down(place * length), finest),
    step: stepOf(highest - lowest, whole),
  };
}

function stepOf(width: number, whole: boolean): number {
  if (!whole) return width > 5 ? 0.5 : 0.05;
  return width > MANY ? Math.round(width / MANY) * 10 : 1;
}

const neat = (value: number, step: number): number => Number((Math.round(value / step) * step).toFixed(4));

function median(found: readonly Point[]): number {
  const half = found.reduce((sum, one) => sum + one.count, 0) / 2;
  let sum = 0;
  for (const one of found) {
    sum += one.count;
    if (sum >= half) return one.value;
  }
  return 0;
}

/** Bars of equal width on the scale. */
export function bars(found: readonly Point[], scale: Scale, most = MOST_BARS): Bar[] {
  if (found.length === 0) return [];
  const edge = (place: number): number => scale.value(place / most);
  const made: Bar[] = Array.from({ length: most }, (_, place) => ({ low: edge(place), high: edge(place + 1), count: 0 }));
  for (const { value, count } of found) {
    const bar = made[Math.min(most - 1, Math.floor(scale.place(value) * most))];
    if (bar) bar.count += count;
  }
  return made;
}

export interface Span {
  /** First and last month, "2026-03". */
  first: string;
  last: string;
  count: number;
}

const monthNumber = (month: string): number => Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1;
const monthName = (number: number): string =>
  `${String(Math.floor(number / 12)).padStart(4, '0')}-${String((number % 12) + 1).padStart(2, '0')}`;

/** Months gathered into spans of equal length, months without pictures included. */
export function monthSpans(values: readonly FacetValue[], most = MOST_BARS): Span[] {
  const found = points(values, monthNumber);
  const [first, last] = [found[0]?.value, found.at(-1)?.value];
  if (first === undefined || last === undefined) return [];
  const step = Math.ceil((last - first + 1) / most);
  const spans: Span[] = [];
  for (let month = first; month <= last; month += step) {
    spans.push({ first: monthName(month), last: monthName(Math.min(last, month + step - 1)), count: 0 });
  }
  for (const { value, count } of found) {
    const span = spans[Math.floor((value - first) / step)];
    if (span) span.count += count;
  }
  return spans;
}
