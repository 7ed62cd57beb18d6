/** Rows of a facet: what was counted, and what is chosen though nothing has it. */
import type { FacetValue } from '../../api/types';
import { sameValue, unquoted, weighted } from '../query/alternatives';
import type { Chosen } from './lines';

export interface FacetChoice {
  value: string;
  /** As it stands in a query. */
  written: string;
  count: number | null;
}

/** What stands behind the field in the query of a value. */
const writtenOf = (query: string): string => query.slice(query.indexOf(':') + 1);

export function facetRows(values: readonly FacetValue[], { included, excluded }: Chosen): FacetChoice[] {
  const rows: FacetChoice[] = values.map(({ value, count, query }) => ({ value, written: writtenOf(query), count }));
  for (const one of [...included, ...excluded]) {
    const { name } = weighted(one);
    if (rows.some((row) => sameValue(row.written, name))) continue;
    rows.push({ value: unquoted(name), written: name, count: 0 });
  }
  return rows;
}

/** Rows in the places they had, new ones behind them: nothing moves under the pointer. */
export function settled(rows: readonly FacetChoice[], order: readonly string[]): FacetChoice[] {
  const place = new Map(order.map((value, index) => [value, index]));
  const of = (row: FacetChoice): number => place.get(row.value) ?? order.length;
  const gone = order.filter((value) => !rows.some((row) => row.value === value));
  const kept = gone.slice(0, MOST_GONE).map((value): FacetChoice => ({ value, written: `"${value.replaceAll('"', '""')}"`, count: 0 }));
  return [...rows, ...kept].sort((a, b) => of(a) - of(b));
}

/** Zero rows sink, but do not vanish at once. */
const MOST_GONE = 20;
