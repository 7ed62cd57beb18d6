/** Where in a raw text a value of the recipe stands. */
import type { Origin } from '../api/types';
import { entryOf, type JsonNode } from './jsonTree';

export interface Span {
  start: number;
  end: number;
}

/** The way from the top of a JSON text to a value, by names and positions; null where it leads nowhere. */
export function pathOf(tree: JsonNode, origin: Pick<Origin, 'key' | 'node'>): string[] | null {
  const names = (origin.key ?? '').split('.').filter(Boolean);
  if (origin.node === null) return names.length > 0 ? follow(tree, names) : null;
  const top = nodePath(tree, origin.node);
  if (!top) return null;
  const node = at(tree, top);
  const rest = node && follow(node, names);
  return rest ? [...top, ...rest] : top;
}

/** A node of ComfyUI: by name in the graph that ran, by its id in that of the page. */
function nodePath(tree: JsonNode, id: string): string[] | null {
  if (entryOf(tree, id)) return [id];
  for (const holder of ['prompt', 'workflow']) {
    const inner = entryOf(tree, holder);
    if (inner && entryOf(inner, id)) return [holder, id];
  }
  const nodes = entryOf(tree, 'nodes');
  const found = nodes?.entries.find((entry) => entryOf(entry.value, 'id')?.text === id.split(':').at(-1));
  return found ? ['nodes', found.key] : null;
}

/** As far as the names lead; a name may hold points itself. */
function follow(tree: JsonNode, names: readonly string[]): string[] | null {
  const path: string[] = [];
  let node = tree;
  let done = 0;
  while (done < names.length) {
    const step = longestStep(node, names, done);
    if (!step) break;
    path.push(step.key);
    node = step.value;
    done = step.done;
  }
  return path.length > 0 ? path : null;
}

function longestStep(node: JsonNode, names: readonly string[], from: number): { key: string; value: JsonNode; done: number } | null {
  for (let to = names.length; to > from; to -= 1) {
    const key = names.slice(from, to).join('.');
    const value = entryOf(node, key);
    if (value) return { key, value, done: to };
  }
  return null;
}

export function at(tree: JsonNode, path: readonly string[]): JsonNode | undefined {
  let node: JsonNode | undefined = tree;
  for (const key of path) node = node && entryOf(node, key);
  return node;
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Where a value stands in a plain text: after its key ("Steps: 20"), or, without one, itself; null: not found. */
export function spanOf(text: string, key: string | null, value: string | null): Span | null {
  if (key !== null) {
    const named = new RegExp(`(?:^|[,;\\n{]\\s*)(${escaped(key)}\\s*[:=]\\s*(?:"(?:[^"\\\\]|\\\\.)*"|[^,;\\n]*))`, 'gi');
    const found = [...text.matchAll(named)].at(-1); // prompts come first, and may hold anything
    if (found?.[1] !== undefined) {
      const end = found.index + found[0].length;
      return { start: end - found[1].length, end };
    }
  }
  const start = value ? text.indexOf(value) : -1;
  return start < 0 || !value ? null : { start, end: start + value.length };
}

export type PieceKind = 'plain' | 'key' | 'number' | 'place';

export interface Piece {
  kind: PieceKind;
  text: string;
}

const SETTING = /(^|,\s*)([\p{L}][\p{L}\p{N} _/-]{0,40}):(\s*)(-?\d+(?:\.\d+)?(?=\s*(?:,|$)))?/gu;
const SETTINGS_LINE = /^(?:Steps|Negative prompt):/;

/** A plain text in pieces: names and numbers of the settings carry colour, and so does the place of one value. */
export function pieces(text: string, place: Span | null): Piece[] {
  const found: Piece[] = [];
  const add = (part: string, span: Span | null): void => {
    if (!span) return void found.push(...coloured(part));
    found.push(...coloured(part.slice(0, span.start)), { kind: 'place', text: part.slice(span.start, span.end) });
    found.push(...coloured(part.slice(span.end)));
  };
  add(text, place);
  return found.filter((piece) => piece.text);
}

function coloured(text: string): Piece[] {
  const lines = text.split(/(?<=\n)/);
  return lines.flatMap((line) => (SETTINGS_LINE.test(line) || /, (?:Seed|Sampler|Size|Model): /.test(line) ? settings(line) : [{ kind: 'plain' as const, text: line }]));
}

function settings(line: string): Piece[] {
  const found: Piece[] = [];
  let done = 0;
  for (const match of line.matchAll(SETTING)) {
    const [whole, before = '', name = '', blank = '', number = ''] = match;
    found.push({ kind: 'plain', text: line.slice(done, match.index) + before }, { kind: 'key', text: `${name}:` });
    found.push({ kind: 'plain', text: blank }, { kind: 'number', text: number });
    done = match.index + whole.length;
  }
  found.push({ kind: 'plain', text: line.slice(done) });
  return found;
}
