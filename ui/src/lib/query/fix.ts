/** What the server says about a query it cannot read. */
import type { ErrorBody } from '../../api/types';

export interface Fixed {
  query: string;
  words: string;
}

/** The whole query as the server would correct it, with the words of its button; null where it knows no correction. */
export function fixedQuery(error: ErrorBody): Fixed | null {
  return error.fix ? { query: error.fix, words: `Use ${error.fix} instead` } : null;
}

/** The message as a sentence: it begins with a capital and ends with a full stop. */
export function sentence(message: string): string {
  const text = message.trim();
  const end = /[.!?]$/.test(text) ? '' : '.';
  return text.charAt(0).toUpperCase() + text.slice(1) + end;
}
