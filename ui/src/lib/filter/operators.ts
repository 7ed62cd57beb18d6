/** Words for the comparisons of a line. */
import type { Operator } from '../../api/queries';
import type { MessageKey } from '../messages.svelte';

const KEYS: Readonly<Record<Operator, MessageKey>> = {
  is: 'filter.op-is',
  '=': 'filter.op-equal',
  '<>': 'filter.op-unequal',
  '<': 'filter.op-less',
  '<=': 'filter.op-at-most',
  '>': 'filter.op-more',
  '>=': 'filter.op-at-least',
  between: 'filter.op-between',
  contains: 'filter.op-contains',
  'starts with': 'filter.op-starts-with',
  'ends with': 'filter.op-ends-with',
  since: 'filter.op-since',
  before: 'filter.op-before',
  none: 'filter.op-none',
  any: 'filter.op-any',
};

/** Texts are searched for their words, or for their very characters. */
const OF_WORDS: Partial<Record<Operator, MessageKey>> = { is: 'filter.op-words', contains: 'filter.op-exact' };

export const operatorKey = (operator: Operator, ofWords = false): MessageKey => (ofWords ? OF_WORDS[operator] : undefined) ?? KEYS[operator];

/** How a property of a workflow's node may be compared. */
export const PROPERTY_OPERATORS: readonly Operator[] = ['is', 'contains', 'starts with', 'ends with', '=', '<>', '<', '<=', '>', '>=', 'between', 'none', 'any'];
