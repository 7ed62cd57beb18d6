/** Which entries of the palette fit what is typed, the best first. */

export type Kind = 'action' | 'place' | 'folder' | 'tag' | 'search' | 'setting';

/** The first letter narrows the palette to one kind. */
export const PREFIXES: Readonly<Record<string, readonly Kind[]>> = { '>': ['action'], '/': ['folder'], '#': ['tag'] };

export interface Asked {
  text: string;
  /** Null: everything. */
  kinds: readonly Kind[] | null;
}

export function asked(typed: string): Asked {
  const kinds = PREFIXES[typed[0] ?? ''] ?? null;
  return { text: (kinds ? typed.slice(1) : typed).trim().toLocaleLowerCase(), kinds };
}

/**
 * How well a name fits: 3 begins so, 2 a word begins so, 1 holds it, 0 not at all. Several words must all be there, in any
 * order, and the worst of them counts.
 */
export function fit(name: string, text: string): number {
  const lower = name.toLocaleLowerCase();
  let worst = 3;
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const at = lower.indexOf(word);
    if (at < 0) return 0;
    const begins = lower.startsWith(word) ? 3 : new RegExp(`[^\\p{L}\\p{N}]${escaped(word)}`, 'u').test(lower) ? 2 : 1;
    worst = Math.min(worst, begins);
  }
  return worst;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The best fitting entries; those of equal fit stay in their order. */
export function best<T>(entries: readonly T[], name: (entry: T) => string, text: string, most: number): T[] {
  if (text === '') return entries.slice(0, most);
  return entries
    .map((entry) => ({ entry, score: fit(name(entry), text) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
    .map(({ entry }) => entry);
}
