/** JSON as a tree that keeps its own text: numbers keep every digit, and every value knows where it stands. */

export interface JsonEntry {
  /** Name in an object, position in a list. */
  key: string;
  value: JsonNode;
}

export interface JsonNode {
  kind: 'object' | 'list' | 'text' | 'number' | 'word';
  start: number;
  end: number;
  /** A text without quotes and escapes; what is written of a number or word; "" for what holds others. */
  text: string;
  entries: readonly JsonEntry[];
}

const DEEPEST = 200;
const BLANK = /[\s\uFEFF]*/y;
const TEXT = /"(?:[^"\\]|\\[\s\S])*"/y;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** Python writes the last three. */
const WORD = /true|false|null|-?Infinity|NaN/y;

class Broken extends Error {}

class Reader {
  #at: number;
  readonly #text: string;

  constructor(text: string, start: number) {
    this.#text = text;
    this.#at = start;
  }

  whole(): JsonNode {
    const found = this.#value(0);
    this.#blank();
    if (this.#text.slice(this.#at).replaceAll('\0', '').trim()) throw new Broken();
    return found;
  }

  #value(depth: number): JsonNode {
    if (depth > DEEPEST) throw new Broken();
    this.#blank();
    const sign = this.#text.charAt(this.#at);
    if (sign === '{') return this.#holder('object', '}', depth);
    if (sign === '[') return this.#holder('list', ']', depth);
    const start = this.#at;
    const text = this.#match(TEXT);
    if (text !== null) return this.#leaf('text', start, unescaped(text));
    const word = this.#match(WORD);
    if (word !== null) return this.#leaf('word', start, word);
    const number = this.#match(NUMBER);
    if (number === null) throw new Broken();
    return this.#leaf('number', start, number);
  }

  #holder(kind: 'object' | 'list', close: string, depth: number): JsonNode {
    const start = this.#at;
    const entries: JsonEntry[] = [];
    this.#at += 1;
    this.#blank();
    while (!this.#take(close)) {
      if (entries.length > 0 && !this.#take(',')) throw new Broken();
      entries.push({ key: kind === 'list' ? String(entries.length) : this.#key(), value: this.#value(depth + 1) });
      this.#blank();
    }
    return { kind, start, end: this.#at, text: '', entries };
  }

  #key(): string {
    this.#blank();
    const key = this.#match(TEXT);
    this.#blank();
    if (key === null || !this.#take(':')) throw new Broken();
    return unescaped(key);
  }

  #leaf(kind: 'text' | 'number' | 'word', start: number, text: string): JsonNode {
    return { kind, start, end: this.#at, text, entries: [] };
  }

  #blank(): void {
    this.#match(BLANK);
  }

  #take(sign: string): boolean {
    if (this.#text.charAt(this.#at) !== sign) return false;
    this.#at += 1;
    return true;
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? null;
    if (found !== null) this.#at += found.length;
    return found;
  }
}

function unescaped(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted.slice(1, -1); // line ends and the like stand in it as they are
  }
}

/** Savers of ComfyUI write "Prompt: {…}" and "workflow:{…}". */
const NAMED = /^[\s\uFEFF]*(?:[a-z_]{1,20}\s*:\s*)?(?=[{[])/i;

/** The tree of a text; null where it is no object or list in JSON. */
export function jsonTree(text: string): JsonNode | null {
  const name = NAMED.exec(text);
  if (!name) return null;
  try {
    return new Reader(text, name[0].length).whole();
  } catch (error) {
    if (error instanceof Broken) return null;
    throw error;
  }
}

export const entryOf = (node: JsonNode, key: string): JsonNode | undefined =>
  node.entries.find((entry) => entry.key === key)?.value;

/** How much is inside of a value: "3 entries" is said of it when it is folded. */
export const sizeOf = (node: JsonNode): number => node.entries.length;
