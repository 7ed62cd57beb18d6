/** Splits a query into coloured pieces and terms. Only for the eye: what the text means, the server says. */

export type TokenKind = 'text' | 'field' | 'operator' | 'string' | 'number' | 'negation' | 'likeness';

export interface Token {
  kind: TokenKind;
  text: string;
  /** Position of the first character, from 0. */
  start: number;
}

/** A part of a query that stands for itself: words between commas, or a field with its value. */
export interface Term {
  start: number;
  end: number;
  tokens: Token[];
}

interface Piece extends Token {
  /** Blanks inside a value: `date:last month`. */
  joins: boolean;
}

const PIECES: readonly [TokenKind, RegExp][] = [
  ['string', /"(?:[^"]|"")*"?/y],
  ['negation', /(?:NOT\b|(?<=^|[\s,(])-(?=[\p{L}"(~]))/uy],
  ['operator', /(?:AND|OR)\b/y],
  ['field', /[\p{L}_][\p{L}\p{N}_.*]*(?=\s*(?::(?!\/\/)|[<>=≤≥]))/uy],
  ['likeness', /~/y],
  ['operator', /<>|>=|<=|\.\.|[:<>=≤≥|(),]/y],
  ['number', /\d+(?:\.\d+)?(?:[a-z]{1,2}\b)?/iy],
  ['text', /[\p{L}\p{N}_*?]+/uy],
  ['text', /\s+/y],
  ['text', /[\s\S]/uy],
];

const DATE_WORDS =
  /^(?:ago|and|to|until|last|this|past|today|yesterday|\d[\d./-]*|(?:day|week|month|year)s?|(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*)(?![\w:])/i;

/** What may stand behind a blank in a value of these fields. */
const GOES_ON: Readonly<Record<string, RegExp>> = {
  ...Object.fromEntries(['date', 'added', 'modified', 'viewed', 'rated', 'touched'].map((field) => [field, DATE_WORDS])),
  path: /^(?:with\b|")/,
  same: /^\d/,
  graph: /^\d/,
};

function piecesOf(query: string): Piece[] {
  const pieces: Piece[] = [];
  let [position, afterField, field] = [0, false, ''];
  while (position < query.length) {
    const [kind, text] = pieceAt(query, position);
    const end = position + text.length;
    const blank = text.trim() === '';
    const coloured = kind === 'text' && afterField && !blank ? 'string' : kind === 'number' && !afterField ? 'text' : kind;
    if (kind === 'field') field = text.toLowerCase();
    let joins = false;
    if (blank) {
      const last = pieces.at(-1);
      joins = afterField && (last?.kind === 'operator' || last?.text === 'with' || (GOES_ON[field]?.test(query.slice(end)) ?? false));
      afterField = joins;
    } else if (kind === 'operator') {
      const listed = text === ',' && /\S/.test(query.charAt(end));
      afterField = afterField ? (text !== ',' || listed) && text !== ')' : /^[:<>=≤≥]/.test(text);
    } else if (kind === 'negation') afterField = false;
    pieces.push({ kind: coloured, text, start: position, joins });
    position = end;
  }
  return pieces;
}

function pieceAt(query: string, position: number): [TokenKind, string] {
  for (const [kind, pattern] of PIECES) {
    pattern.lastIndex = position;
    const found = pattern.exec(query)?.[0];
    if (found) return [kind, found];
  }
  return ['text', query.charAt(position)];
}

function merged(pieces: readonly Piece[]): Token[] {
  const tokens: Token[] = [];
  for (const { kind, text, start } of pieces) {
    const last = tokens.at(-1);
    if (last?.kind === kind) last.text += text;
    else tokens.push({ kind, text, start });
  }
  return tokens;
}

export const tokenize = (query: string): Token[] => merged(piecesOf(query));

const isBlank = (piece: Piece | undefined): boolean => piece !== undefined && piece.text.trim() === '';
const joinsTerms = (piece: Piece | undefined): boolean => piece?.text === 'AND' || piece?.text === 'OR';
const isText = (term: readonly Piece[]): boolean => term.every((piece) => piece.kind === 'text');
const hasField = (term: readonly Piece[]): boolean => term.some((piece) => piece.kind === 'field');
const startsTerm = (piece: Piece | undefined): boolean =>
  piece !== undefined && (piece.kind === 'field' || piece.kind === 'negation' || piece.kind === 'string' || piece.kind === 'likeness');

/** The terms of a query from left to right. */
export function termsOf(query: string): Term[] {
  const pieces = piecesOf(query);
  const terms: Term[] = [];
  let [term, depth]: [Piece[], number] = [[], 0];
  const close = (): void => {
    while (isBlank(term.at(-1))) term.pop();
    const [first, last] = [term[0], term.at(-1)];
    if (first && last) terms.push({ start: first.start, end: last.start + last.text.length, tokens: merged(term) });
    term = [];
  };
  pieces.forEach((piece, place) => {
    const next = pieces[place + 1];
    if (isBlank(piece)) {
      if (term.length === 0) return;
      if (depth === 0 && endsTerm(term, piece, next)) close();
      else term.push(piece);
      return;
    }
    if (piece.text === ',' && depth === 0 && !(hasField(term) && next && !isBlank(next))) {
      close();
      return;
    }
    if (piece.kind === 'operator') depth = Math.max(0, depth + (piece.text === '(' ? 1 : piece.text === ')' ? -1 : 0));
    term.push(piece);
  });
  close();
  return terms;
}

/** Whether a term is complete at a blank: fields end with their value, words go on until another term begins. */
function endsTerm(term: readonly Piece[], blank: Piece, next: Piece | undefined): boolean {
  const last = term.at(-1);
  if (blank.joins || joinsTerms(last) || joinsTerms(next) || last?.kind === 'negation' || last?.kind === 'likeness') return false;
  if (isText(term)) return startsTerm(next);
  if (hasField(term) || last?.kind === 'string' || last?.text === ')') return last?.text !== ':' && !/^[<>=≤≥|]/.test(last?.text ?? '');
  return startsTerm(next);
}

/** The terms of a query, each as its coloured pieces. */
export const chipsOf = (query: string): Token[][] => termsOf(query).map((term) => term.tokens);
