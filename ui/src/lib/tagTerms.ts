/** Reading and writing the `tag:` terms of a query, leaving everything else as somebody wrote it. */
import { quoteValue } from './query/quote';

/** How several chosen tags join: a picture has all of them, or any. */
export type TagMode = 'all' | 'any';

const VALUE = String.raw`(?:"(?:[^"]|"")*"|[^\s,|()"<>]+)`;
/** Quoted text is passed over; an excluded tag and a comparison (`tag:fox>0.8`) stay as they are. */
const TERMS = new RegExp(String.raw`"(?:[^"]|"")*"|(-|\bNOT\s+)?\btag\s*:\s*(${VALUE}(?:\s*\|\s*${VALUE})*)(?!\S*[<>])`, 'giu');
const VALUES = new RegExp(VALUE, 'gu');

const plain = (value: string): string => (value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);

function valuesOf(terms: string): string[] {
  return (terms.match(VALUES) ?? []).map(plain);
}

/** The tags that a query asks for, and whether it asks for any or all of them. */
export function tagsIn(query: string): { tags: string[]; mode: TagMode | null } {
  const found = [...query.matchAll(TERMS)].flatMap(([, not, terms]) => (terms && !not ? [valuesOf(terms)] : []));
  const tags = found.flat().filter((tag) => !/^(none|any)$/i.test(tag));
  return { tags, mode: tags.length < 2 ? null : found.length === 1 ? 'any' : 'all' };
}

/** The query with these tags in the place of those it asks for. */
export function withTags(query: string, tags: readonly string[], mode: TagMode): string {
  const rest = query
    .replace(TERMS, (whole: string, not: string | undefined, terms: string | undefined) => (terms && !not ? '' : whole))
    .replace(/\s{2,}/g, ' ')
    .trim();
  const values = tags.map(quoteValue);
  const terms = mode === 'any' ? (values.length > 0 ? [`tag:${values.join('|')}`] : []) : values.map((value) => `tag:${value}`);
  return [rest, ...terms].filter(Boolean).join(' ');
}

/** The query with one tag more, or without it where it is asked for. */
export function toggleTag(query: string, tag: string, mode: TagMode): string {
  const { tags } = tagsIn(query);
  const same = (other: string): boolean => other.toLocaleLowerCase() === tag.toLocaleLowerCase();
  return withTags(query, tags.some(same) ? tags.filter((other) => !same(other)) : [...tags, tag], mode);
}
