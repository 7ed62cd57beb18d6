/** Ranges of days: the lines of a date field as a first and a last day, and back. */
import type { FilterLine } from '../../api/queries';
import { line, linesWithout } from './lines';

export interface DayRange {
  from: string;
  to: string;
}

/** Spans that one asks for by name. */
export const SPANS = ['today', 'yesterday', 'last 7 days', 'this month', 'last month', 'this year'] as const;

export interface Days {
  range: DayRange;
  /** Lines that are neither of both ends. */
  others: FilterLine[];
}

const UNTIL = 'until ';

export function daysOf(lines: readonly FilterLine[], field: string): Days {
  const range: DayRange = { from: '', to: '' };
  const others: FilterLine[] = [];
  for (const one of lines) {
    if (one.field !== field) continue;
    if (one.exclude) others.push(one);
    else if (one.operator === 'since') range.from = one.value;
    else if (one.operator === 'between') [range.from, range.to] = [one.value, one.second];
    else if (one.operator === 'is' && one.value.startsWith(UNTIL)) range.to = one.value.slice(UNTIL.length);
    else if (one.operator === 'is' && /^[^|]+$/.test(one.value)) [range.from, range.to] = [one.value, one.value];
    else others.push(one);
  }
  return { range, others };
}

export function withDays(lines: readonly FilterLine[], field: string, { from, to }: DayRange): FilterLine[] {
  const rest = [...linesWithout(lines, field), ...daysOf(lines, field).others];
  if (from && to) return [...rest, from === to ? line(field, from) : line(field, from, { operator: 'between', second: to })];
  if (from) return [...rest, line(field, from, { operator: 'since' })];
  return to ? [...rest, line(field, `${UNTIL}${to}`)] : rest;
}
