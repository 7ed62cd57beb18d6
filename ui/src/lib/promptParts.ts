/** A prompt as pieces to read: what is weighted, LoRA tags, embeddings and wildcards carry colour. */

export type PartKind = 'plain' | 'weighted' | 'lora' | 'wildcard' | 'break';

export interface Part {
  kind: PartKind;
  text: string;
  /** What one searches for when one clicks it; "" for what cannot be searched. */
  words: string;
}

const LORA = /<(?:lora|lyco|hypernet):([^:>]+)(?::[^>]*)?>/y;
const WILDCARD = /__[\p{L}\p{N}/_*-]+?__/uy;
const BREAK = /\b(?:BREAK|AND)\b/y;
const EMBEDDING = /\bembedding:([\p{L}\p{N}_.\\/-]+)/uy;
/** Deeper brackets are taken as text: nobody writes them, and they cost time. */
const DEEPEST = 12;
const LONGEST_GROUP = 4000;

export function promptParts(text: string): Part[] {
  const parts: Part[] = [];
  let position = 0;
  while (position < text.length) {
    const part = partAt(text, position);
    const last = parts.at(-1);
    if (part.kind === 'plain' && last?.kind === 'plain') last.text += part.text;
    else parts.push(part);
    position += part.text.length;
  }
  return parts;
}

function partAt(text: string, position: number): Part {
  const first = text.charAt(position);
  if (first === '<') {
    const found = matchAt(LORA, text, position);
    if (found) return { kind: 'lora', text: found[0], words: found[1] ?? '' };
  }
  if (first === '(' || first === '[') {
    const end = groupEnd(text, position);
    if (end > 0) return weighted(text.slice(position, end));
  }
  if (first === '_') {
    const found = matchAt(WILDCARD, text, position);
    if (found) return { kind: 'wildcard', text: found[0], words: '' };
  }
  if (first === 'e' && startsWord(text, position)) {
    const found = matchAt(EMBEDDING, text, position);
    if (found) return { kind: 'wildcard', text: found[0], words: '' };
  }
  if ((first === 'B' || first === 'A') && startsWord(text, position)) {
    const found = matchAt(BREAK, text, position);
    if (found) return { kind: 'break', text: found[0], words: '' };
  }
  return { kind: 'plain', text: plainFrom(text, position), words: '' };
}

const startsWord = (text: string, position: number): boolean => !/[\p{L}\p{N}_]/u.test(text.charAt(position - 1));

function matchAt(pattern: RegExp, text: string, position: number): RegExpExecArray | null {
  pattern.lastIndex = position;
  return pattern.exec(text);
}

/** An escaped bracket is text; everything up to the next sign that may begin a piece is. */
function plainFrom(text: string, position: number): string {
  if (text.charAt(position) === '\\') return text.slice(position, position + 2);
  let end = position + 1;
  while (end < text.length && !'<([_\\eBA'.includes(text.charAt(end))) end += 1;
  return text.slice(position, end);
}

/** One past the bracket that closes this one; 0 where none does. */
function groupEnd(text: string, start: number): number {
  let depth = 0;
  const most = Math.min(text.length, start + LONGEST_GROUP);
  for (let at = start; at < most; at += 1) {
    const sign = text.charAt(at);
    if (sign === '\\') at += 1;
    else if (sign === '(' || sign === '[') depth += 1;
    else if (sign === ')' || sign === ']') depth -= 1;
    if (depth > DEEPEST) return 0;
    if (depth === 0) return at + 1;
  }
  return 0;
}

function weighted(text: string): Part {
  const words = text
    .replaceAll(/[()[\]]/g, ' ')
    .replaceAll(/:\s*-?\d*\.?\d+(?=\s|$)/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return { kind: 'weighted', text, words };
}
