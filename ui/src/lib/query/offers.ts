/** What the list under the search field offers, in groups. */
import type { Completion, Completions, SavedQuery } from '../../api/queries';
import { toUnits } from './position';

export type Group = 'values' | 'fields' | 'operators' | 'words' | 'saved' | 'recent';

export interface Offer {
  group: Group;
  /** What is shown. */
  label: string;
  detail: string;
  /** What is written in the place of `start` to `end`; of the whole query for saved and recent ones. */
  text: string;
  start: number;
  end: number;
  count: number | null;
  /** Length of the bar, from 0 to 1; null where there is none. */
  share: number | null;
  sort?: string | null;
}

const GROUPS: Readonly<Record<Completion['kind'], Group>> = {
  value: 'values',
  field: 'fields',
  operator: 'operators',
  word: 'words',
};
const ORDER: readonly Group[] = ['values', 'fields', 'operators', 'words', 'saved', 'recent'];

export function completionOffers(query: string, answer: Completions): Offer[] {
  const [start, end] = [toUnits(query, answer.start), toUnits(query, answer.end)];
  const most = Math.max(1, ...answer.items.filter((one) => one.kind === 'value').map((one) => one.count ?? 0));
  return answer.items.map((one) => ({
    group: GROUPS[one.kind],
    label: one.label,
    detail: one.kind === 'word' ? '' : one.title,
    text: one.text,
    start,
    end,
    count: one.count,
    share: one.kind === 'value' && one.count !== null ? one.count / most : null,
  }));
}

/** Words of prompts, offered instead of a field's value: they take the place of the whole term. */
export const wordOffers = (answer: Completions, start: number, end: number, most: number): Offer[] =>
  answer.items
    .filter((one) => one.kind === 'word')
    .slice(0, most)
    .map((one) => ({ group: 'words', label: one.label, detail: '', text: one.text, start, end, count: one.count, share: null }));

export const recentOffer = (q: string, count: number, length: number): Offer => ({
  group: 'recent',
  label: q,
  detail: '',
  text: q,
  start: 0,
  end: length,
  count,
  share: null,
});

export const savedOffer = (saved: SavedQuery, length: number): Offer => ({
  group: 'saved',
  label: saved.name,
  detail: saved.query,
  text: saved.query,
  start: 0,
  end: length,
  count: null,
  share: null,
  sort: saved.sort,
});

/** In the order of the list, which does not change once it is shown; earlier searches first where nothing is typed. */
export function inOrder(offers: readonly Offer[], recentFirst = false): Offer[] {
  const order = recentFirst ? [...ORDER].reverse() : ORDER;
  return order.flatMap((group) => offers.filter((one) => one.group === group));
}

export interface Accepted {
  query: string;
  caret: number;
}

/** The query with an offer written into it; a blank follows what is complete. */
export function accept(query: string, offer: Offer): Accepted {
  const quotes = offer.text.split('"').length - 1;
  const complete = offer.group === 'words' || (offer.group === 'values' && /[\p{L}\p{N}")*]$/u.test(offer.text) && quotes % 2 === 0);
  const rest = query.slice(offer.end);
  const written = complete && !/^[\s,|)]/.test(rest) ? `${offer.text} ` : offer.text;
  return { query: query.slice(0, offer.start) + written + rest, caret: offer.start + written.length };
}

/** Where the typed characters stand in a label, for marking them. */
export function matchIn(label: string, typed: string): [number, number] | null {
  const wanted = typed.replace(/^"/, '').trim().toLowerCase();
  const start = wanted ? label.toLowerCase().indexOf(wanted) : -1;
  return start < 0 ? null : [start, start + wanted.length];
}
