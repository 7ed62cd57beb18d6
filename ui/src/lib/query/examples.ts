/** Examples of what may be typed for a field, with a word on what each means. */
import type { Field } from '../../api/queries';
import type { MessageKey } from '../messages.svelte';

export interface Example {
  query: string;
  means: MessageKey | null;
}

const MOST = 4;

/** Four examples: the field's own, then its exclusion and what is missing. */
export function examplesOf(field: Field): Example[] {
  const own = field.examples.filter((one) => !/:(?:none|any)$/.test(one));
  const first = own[0] ?? field.examples[0] ?? `${field.name}:`;
  const more = [`-${first.replace(/^-/, '')}`, ...(takesNone(field) ? [`${field.name}:none`] : []), `${field.name}:any`];
  const wanted = field.kind === 'date' ? own : [...own.slice(0, MOST - 2), ...more, ...own.slice(MOST - 2)];
  return [...new Set([...wanted, ...field.examples])].slice(0, MOST).map((query) => ({ query, means: meaningOf(query) }));
}

const takesNone = (field: Field): boolean => field.operators.includes('none');

function meaningOf(query: string): MessageKey | null {
  if (query.startsWith('-')) return 'search.means-not';
  if (query.endsWith(':none')) return 'search.means-missing';
  if (query.endsWith(':any')) return 'search.means-present';
  if (query.includes('..')) return 'search.means-range';
  if (query.includes('|')) return 'search.means-either';
  return query.includes('*') ? 'search.means-anything' : null;
}

/** One line for each thing the language can do. */
export const SYNTAX: readonly (Example & { means: MessageKey })[] = [
  { query: 'starry night sky, by van gogh', means: 'search.syntax-words' },
  { query: '"night sky, by van gogh"', means: 'search.syntax-exact' },
  { query: '*punk', means: 'search.syntax-prefix' },
  { query: 'castle OR tower', means: 'search.syntax-or' },
  { query: 'castle -dragon', means: 'search.syntax-not' },
  { query: '(castle OR tower), snow', means: 'search.syntax-group' },
  { query: 'negative:blurry', means: 'search.syntax-negative' },
  { query: 'rating>=8', means: 'search.syntax-compare' },
  { query: 'steps:20..30', means: 'search.syntax-range' },
  { query: 'sampler:"Euler a"|ddim', means: 'search.syntax-list' },
  { query: 'tag:none', means: 'search.syntax-missing' },
  { query: 'date:last month', means: 'search.syntax-date' },
  { query: 'lora:detail>0.5', means: 'search.syntax-weight' },
  { query: 'node.KSampler.cfg>7', means: 'search.syntax-node' },
];
