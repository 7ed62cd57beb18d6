/** What the server says about a query it cannot read. */
import type { ErrorBody } from '../../api/types';
import { t } from '../messages.svelte';
import { toUnits } from './position';

export interface Fixed {
  query: string;
  words: string;
}

const LONGEST_WORDS = 40;

/** The query as the server would correct it, and the words of its button; null where it knows no correction. */
export function fixedQuery(error: ErrorBody, refused = ''): Fixed | null {
  if (!error.fix) return null;
  const changed = refused ? changedPart(refused, error.fix) : '';
  const short = error.fix.length > LONGEST_WORDS ? `${error.fix.slice(0, LONGEST_WORDS)}…` : error.fix;
  return { query: error.fix, words: t('search.use-fix', { fix: changed || short }) };
}

/** What stands in the fix where the query was wrong, as whole words; empty where something was only added. */
function changedPart(query: string, fix: string): string {
  let start = 0;
  while (start < query.length && query[start] === fix[start]) start += 1;
  let tail = 0;
  const most = Math.min(query.length, fix.length) - start;
  while (tail < most && query[query.length - 1 - tail] === fix[fix.length - 1 - tail]) tail += 1;
  if (query.length - tail === start) return '';
  let end = fix.length - tail;
  const removed = classOf(query[start]);
  while (start > 0 && classOf(fix[start - 1]) === removed) start -= 1;
  while (end < fix.length && classOf(fix[end]) === removed) end += 1;
  return fix.slice(start, end).trim();
}

const classOf = (letter: string | undefined): string =>
  letter === undefined ? '' : /[\p{L}\p{N}_]/u.test(letter) ? 'word' : /[<>=≤≥]/.test(letter) ? 'comparison' : letter;

/** What is wrong, in a sentence; a wrong comparison is named together with its field. */
export function problemText(error: ErrorBody, refused: string): string {
  const before = error.position ? refused.slice(0, toUnits(refused, error.position - 1)) : '';
  const found = /([\p{L}\p{N}_.]+)\s*([<>=!≤≥≠]+)$/u.exec(before);
  if (!/^one of [<>=\s]+$/.test(error.message) || !found) return sentence(error.message);
  const rest = /^[<>=!≤≥≠]*/.exec(refused.slice(before.length))?.[0] ?? '';
  return t('search.wrong-operator', { field: found[1] ?? '', wrong: (found[2] ?? '') + rest });
}

/** The message as a sentence: it begins with a capital and ends with a full stop. */
export function sentence(message: string): string {
  const text = message.trim();
  const end = /[.!?]$/.test(text) ? '' : '.';
  return text.charAt(0).toUpperCase() + text.slice(1) + end;
}
