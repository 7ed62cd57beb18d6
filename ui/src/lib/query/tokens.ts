/** Splits a query into coloured pieces. Only for the eye: what the text means, the server says. */

export type TokenKind = 'text' | 'field' | 'operator' | 'string' | 'number' | 'negation' | 'likeness';

export interface Token {
  kind: TokenKind;
  text: string;
  /** Position of the first character, from 0. */
  start: number;
}

const PIECES: readonly [TokenKind, RegExp][] = [
  ['string', /"(?:[^"]|"")*"?/y],
  ['negation', /(?:NOT\b|-(?=[\p{L}"(]))/uy],
  ['operator', /(?:AND|OR)\b/y],
  ['field', /[\p{L}_][\p{L}\p{N}_.*]*(?=\s*(?::(?!\/\/)|[<>=≤≥]))/uy],
  ['likeness', /~/y],
  ['operator', /<>|>=|<=|\.\.|[:<>=≤≥|(),]+?/y],
  ['number', /\d+(?:\.\d+)?(?:[a-z]{1,2}\b)?/iy],
  ['text', /[\p{L}\p{N}_*?]+/uy],
  ['text', /\s+/y],
  ['text', /[\s\S]/uy],
];

export function tokenize(query: string): Token[] {
  const tokens: Token[] = [];
  let [position, afterField] = [0, false];
  while (position < query.length) {
    const [kind, text] = pieceAt(query, position);
    const coloured = kind === 'text' && afterField && text.trim() ? 'string' : kind === 'number' && !afterField ? 'text' : kind;
    const last = tokens.at(-1);
    if (last?.kind === coloured) last.text += text;
    else tokens.push({ kind: coloured, text, start: position });
    if (kind === 'operator') afterField = afterField ? text !== ',' && text !== ')' : /^[:<>=≤≥]/.test(text);
    else if (kind === 'negation' || (kind === 'text' && !text.trim())) afterField &&= tokens.at(-2)?.kind === 'operator';
    position += text.length;
  }
  return tokens;
}

function pieceAt(query: string, position: number): [TokenKind, string] {
  for (const [kind, pattern] of PIECES) {
    pattern.lastIndex = position;
    const found = pattern.exec(query)?.[0];
    if (found) return [kind, found];
  }
  return ['text', query.charAt(position)];
}

/** The terms of a query, each as its pieces: what stands between commas, or a field with its value. */
export function chipsOf(query: string): Token[][] {
  const chips: Token[][] = [];
  let chip: Token[] = [];
  const close = (): void => {
    while (chip.at(-1)?.text.trim() === '') chip.pop();
    if (chip.length > 0) chips.push(chip);
    chip = [];
  };
  for (const token of tokenize(query)) {
    const blank = token.text.trim() === '';
    if (token.kind === 'operator' && token.text === ',' && !hasField(chip)) close();
    else if (blank && isComplete(chip)) close();
    else if (!blank && startsTerm(token) && isText(chip)) {
      close();
      chip.push(token);
    } else if (!blank || chip.length > 0) chip.push(chip.length > 0 ? token : withoutIndent(token));
  }
  close();
  return chips;
}

function withoutIndent(token: Token): Token {
  const text = token.text.trimStart();
  return { ...token, text, start: token.start + token.text.length - text.length };
}

const hasField = (chip: readonly Token[]): boolean => chip.some((token) => token.kind === 'field');

const isText = (chip: readonly Token[]): boolean => chip.length > 0 && chip.every((token) => token.kind === 'text');

const startsTerm = (token: Token): boolean =>
  token.kind === 'field' || token.kind === 'negation' || token.kind === 'string' || token.kind === 'likeness';

/** A blank ends a term that has its value, but not words that belong together. */
function isComplete(chip: readonly Token[]): boolean {
  const last = chip.at(-1);
  return last !== undefined && !isText(chip) && (last.kind === 'string' || last.kind === 'number' || last.kind === 'text');
}
