/** Where nothing was found: which one part of the query, left out, would find most. */
import * as library from '../api/library';
import { Refused, Unreachable } from '../api/client';
import { termsOf } from '../lib/query/tokens';

/** More parts than this are not tried: each is a search. */
const MOST_TERMS = 8;

export interface Widening {
  /** The part of the query that is left out. */
  term: string;
  /** What is left. */
  query: string;
  count: number;
}

/** A query without the stretch [start, end), and without a comma that this leaves at its end. */
function without(q: string, start: number, end: number): string {
  return `${q.slice(0, start)} ${q.slice(end)}`.replace(/\s+/g, ' ').replace(/^[\s,]+|[\s,]+$/g, '');
}

/** The best part to leave out; null where none helps, or the query has one part only. */
export async function bestWidening(q: string, sort: string, signal: AbortSignal): Promise<Widening | null> {
  const terms = termsOf(q);
  if (terms.length < 2 || terms.length > MOST_TERMS) return null;
  const tried = await Promise.all(
    terms.map(async ({ start, end }): Promise<Widening> => {
      const query = without(q, start, end);
      const found = await library.search({ q: query, sort }, { signal }).catch(failed);
      return { term: q.slice(start, end), query, count: found?.total ?? 0 };
    }),
  );
  const best = tried.reduce((a, b) => (b.count > a.count ? b : a));
  return best.count > 0 ? best : null;
}

/** What is left may be no query at all, and a search may be overtaken. */
function failed(error: unknown): null {
  if (error instanceof Refused || error instanceof Unreachable || error instanceof DOMException) return null;
  throw error;
}
