/** Changing one term of a query's text and leaving the rest as it was typed. */
import type { Term } from './tokens';

/** The query without a term and its comma. */
export function withoutTerm(query: string, { start, end }: Term): string {
  const before = query.slice(0, start).replace(/[\s,]+$/, '');
  const after = query.slice(end).replace(/^[\s,]+/, '');
  return before && after ? `${before}, ${after}` : before + after;
}

/** The query with a term turned around: what it found is left out, and what was left out is found. */
export function turnedTerm(query: string, term: Term): string {
  const text = query.slice(term.start, term.end);
  return query.slice(0, term.start) + turned(text, term) + query.slice(term.end);
}

export const isExcluded = (term: Term): boolean => term.tokens[0]?.kind === 'negation' && !joined(term);

const joined = (term: Term): boolean =>
  term.tokens.some((token) => token.kind === 'operator' && /\b(?:AND|OR)\b/.test(token.text));

function turned(text: string, term: Term): string {
  if (joined(term)) return `-(${text})`;
  if (text.startsWith('-')) return text.slice(1);
  if (/^NOT\s/.test(text)) return text.slice(3).trimStart();
  return /^[\p{L}"(]/u.test(text) ? `-${text}` : `NOT ${text}`;
}

/** The term that a place lies in or touches. */
export const termAt = (terms: readonly Term[], place: number): Term | undefined =>
  terms.find((term) => term.start <= place && place <= term.end);

/** Name of the field whose value is typed at a place. */
export function fieldAt(terms: readonly Term[], place: number): string | null {
  const before = termAt(terms, place)?.tokens.filter((token) => token.start < place) ?? [];
  return before.findLast((token) => token.kind === 'field')?.text.trim().toLowerCase() ?? null;
}
