/** The page's sources as trees, for tests that read what is written in them. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'svelte/compiler';

export interface Node {
  type: string;
  [name: string]: unknown;
}

export interface Source {
  /** Path below src. */
  path: string;
  text: string;
  tree: Node;
}

const folder = fileURLToPath(new URL('../src/', import.meta.url));

function read(path: string): Source {
  const text = readFileSync(folder + path, 'utf8');
  const wrapped = path.endsWith('.svelte') ? text : `<script lang="ts">${text}</script>`;
  return { path, text, tree: parse(wrapped, { modern: true }) as unknown as Node };
}

/** Every component and module of ours; the API's types are made by a program and hold no texts of the page. */
export const sources: readonly Source[] = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => /\.(svelte|ts)$/.test(path) && !path.endsWith('.d.ts') && !path.startsWith('messages/'))
  .sort()
  .map(read);

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

/** The nodes directly below one. */
export function children(node: Node): Node[] {
  return Object.values(node).flatMap((value) => (Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : []));
}

/** Every node below and including one. */
export function* walk(node: Node): Generator<Node> {
  yield node;
  for (const child of children(node)) yield* walk(child);
}

/** The texts that an expression may become: those of its branches, never those it only compares or passes on. */
export function textsOf(expression: Node): string[] {
  const below = (...names: string[]): string[] => names.flatMap((name) => textsOf(expression[name] as Node));
  switch (expression.type) {
    case 'Literal':
      return typeof expression.value === 'string' ? [expression.value] : [];
    case 'TemplateLiteral':
      return (expression.quasis as { value: { cooked: string } }[]).map((quasi) => quasi.value.cooked);
    case 'ConditionalExpression':
      return below('consequent', 'alternate');
    case 'LogicalExpression':
      return below('left', 'right');
    case 'BinaryExpression':
      return expression.operator === '+' ? below('left', 'right') : [];
    default:
      return [];
  }
}
