/** Adding a term to a query that is there already. */

/** The query with one term more: both must hold. */
export function narrowed(query: string, term: string): string {
  const before = query.trim();
  if (!before) return term;
  return /\bOR\b/.test(before) ? `(${before}) ${term}` : `${before} ${term}`;
}

/** The query without the pictures that have the term. */
export const excluding = (query: string, term: string): string => narrowed(query, `-${term}`);
