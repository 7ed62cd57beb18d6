/** Ranges of numbers: the lines of a field as a lowest and a highest value, and back. */
import type { FilterLine } from '../../api/queries';
import { alternatives } from '../query/alternatives';
import { line } from './lines';

export interface Bounds {
  low: string | null;
  high: string | null;
}

const OPEN: Bounds = { low: null, high: null };

/** Which part of a range a line is; null when it is none. */
function boundsOfLine({ operator, value, second, exclude }: FilterLine, whole: boolean): Bounds | null {
  if (exclude) return null;
  switch (operator) {
    case '>=':
      return { low: value, high: null };
    case '<=':
      return { low: null, high: value };
    case '=':
      return { low: value, high: value };
    case 'between':
      return { low: value, high: second };
    case '>':
      return whole ? { low: String(Number(value) + 1), high: null } : null;
    case '<':
      return whole ? { low: null, high: String(Number(value) - 1) } : null;
    default:
      return null;
  }
}

/** The range that the lines of a field ask for, and the lines that are no part of it. */
export function boundsOf(lines: readonly FilterLine[], field: string, whole = false): { bounds: Bounds; others: FilterLine[] } {
  let bounds = OPEN;
  const others: FilterLine[] = [];
  for (const one of lines) {
    if (one.field !== field) continue;
    const part = boundsOfLine(one, whole);
    if (part) bounds = { low: part.low ?? bounds.low, high: part.high ?? bounds.high };
    else others.push(one);
  }
  return { bounds, others };
}

function lineOf(field: string, { low, high }: Bounds): FilterLine[] {
  if (low !== null && high !== null) {
    return [low === high ? line(field, low, { operator: '=' }) : line(field, low, { operator: 'between', second: high })];
  }
  if (low !== null) return [line(field, low, { operator: '>=' })];
  return high === null ? [] : [line(field, high, { operator: '<=' })];
}

export function withBounds(lines: readonly FilterLine[], field: string, bounds: Bounds, whole = false): FilterLine[] {
  const rest = lines.filter((one) => one.field !== field || boundsOfLine(one, whole) === null);
  return [...rest, ...lineOf(field, bounds)];
}

export const LOWEST_RATING = 0;
export const HIGHEST_RATING = 10;

/** The ratings asked for, 0 for pictures without one; null when the lines ask for something else. */
export function ratingsOf(lines: readonly FilterLine[]): [number, number] | null {
  const own = lines.filter((one) => one.field === 'rating');
  if (own.length === 0) return [LOWEST_RATING, HIGHEST_RATING];
  const [first] = own;
  if (own.length > 1 || !first || first.exclude) return rangeOfRatings(lines);
  if (first.operator === 'none') return [0, 0];
  if (first.operator === 'any') return [1, HIGHEST_RATING];
  if (first.operator === 'is') return withNone(first.value);
  return rangeOfRatings(lines);
}

function rangeOfRatings(lines: readonly FilterLine[]): [number, number] | null {
  const { bounds, others } = boundsOf(lines, 'rating', true);
  if (others.length > 0) return null;
  const [low, high] = [Number(bounds.low ?? 1), Number(bounds.high ?? HIGHEST_RATING)];
  return Number.isInteger(low) && Number.isInteger(high) ? [Math.max(low, 0), Math.min(high, HIGHEST_RATING)] : null;
}

/** `none|1..5`, in either order. */
function withNone(value: string): [number, number] | null {
  const parts = alternatives(value);
  const rest = parts.filter((one) => one !== 'none');
  const range = /^(?:1\.\.)?(\d+)$/.exec(rest[0] ?? '');
  return parts.length === 2 && rest.length === 1 && range ? [0, Number(range[1])] : null;
}

export function withRatings(lines: readonly FilterLine[], low: number, high: number): FilterLine[] {
  const others = lines.filter((one) => one.field !== 'rating');
  return [...others, ...ratingLines(low, high)];
}

function ratingLines(low: number, high: number): FilterLine[] {
  if (low <= 0 && high >= HIGHEST_RATING) return [];
  if (high <= 0) return [line('rating', '', { operator: 'none' })];
  if (low <= 0) return [line('rating', high === 1 ? 'none|1' : `none|1..${high}`)];
  if (low === 1 && high >= HIGHEST_RATING) return [line('rating', '', { operator: 'any' })];
  return lineOf('rating', { low: String(low), high: high >= HIGHEST_RATING ? null : String(high) });
}
