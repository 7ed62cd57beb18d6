/** A workflow as cards and wires: which nodes matter, where they stand, and the queries that find their values. */
import type { NodeProperty, WorkflowNode } from '../api/panel';
import { exactText } from './query/quote';

export interface Card {
  node: WorkflowNode;
  x: number;
  y: number;
  width: number;
  height: number;
  lines: readonly NodeProperty[];
}

export interface Wire {
  from: string;
  to: string;
  path: string;
}

export interface Drawing {
  cards: readonly Card[];
  wires: readonly Wire[];
  width: number;
  height: number;
}

export const HEAD = 22;
export const LINE = 18;
const PAD = 4;
const GAP_Y = 14;
const GAP_X = 24;
const MARGIN = 8;
const MOST_LEFT = 5;
const MOST_RIGHT = 4;
const LARGEST_SMALL = 12;

/** Names of properties that say most, the most telling first. */
const TELLING = [
  'ckpt_name', 'unet_name', 'model_name', 'lora_name', 'vae_name', 'text', 'cfg', 'guidance', 'seed', 'noise_seed', 'steps',
  'sampler_name', 'scheduler', 'denoise', 'width', 'height', 'upscale_method', 'filename_prefix',
];

/** Fields of a recipe, by how much they shape the picture. */
const SHAPING = [
  'seed', 'steps', 'cfg_scale', 'sampler', 'scheduler', 'denoising_strength', 'model', 'prompt', 'loras', 'negative_prompt',
  'size', 'vae', 'controlnets', 'hires', 'refiner',
];

/** What a node is called: by the person, else by its class in words. */
export const titleOf = (node: WorkflowNode): string => node.title || kindWords(node.kind);

/** `CLIPTextEncode` in words: "CLIP Text Encode". */
export const kindWords = (kind: string): string =>
  kind
    .replaceAll('_', ' ')
    .replaceAll(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .replaceAll(/(\p{Lu}{2,})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .trim();

const rankOf = (node: WorkflowNode): number => {
  const ranks = node.fields.map((field) => SHAPING.indexOf(field)).filter((rank) => rank >= 0);
  return ranks.length > 0 ? Math.min(...ranks) : SHAPING.length;
};

/** Nodes whose values made the picture what it is come first, then those with values, then the rest; else as in the file. */
export function byImportance(nodes: readonly WorkflowNode[]): WorkflowNode[] {
  const weight = (node: WorkflowNode): number => rankOf(node) * 2 + (node.properties.length > 0 ? 0 : 1);
  return nodes
    .map((node, place) => ({ node, place, weight: weight(node) }))
    .sort((one, other) => one.weight - other.weight || one.place - other.place)
    .map(({ node }) => node);
}

/** The query for one value of a node; text by its characters, numbers by value. */
export function propertyQuery(node: WorkflowNode, property: NodeProperty): string {
  const name = `node.${written(node.kind)}.${written(property.name)}`;
  if (!property.value) return `${name}:none`;
  return property.is_text ? `${name}:${exactText(property.value)}` : `${name}:${property.value}`;
}

export const classQuery = (node: WorkflowNode): string => `node:${written(node.kind)}`;

const written = (name: string): string => (/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) ? name : exactText(name));

/** Nodes that hold these letters in their name, a property or a value. */
export function matching(nodes: readonly WorkflowNode[], letters: string): WorkflowNode[] {
  const wanted = letters.trim().toLocaleLowerCase();
  if (!wanted) return [...nodes];
  const holds = (text: string): boolean => text.toLocaleLowerCase().includes(wanted);
  return nodes.filter(
    (node) =>
      holds(node.kind) || holds(node.title) || node.properties.some((one) => holds(one.name) || holds(one.value.slice(0, 5000))),
  );
}

/** The lines of a card: what says most of a node. */
export function tellingLines(node: WorkflowNode, most: number): NodeProperty[] {
  const rank = (one: NodeProperty): number => {
    const place = TELLING.indexOf(one.name);
    return place < 0 ? TELLING.length : place;
  };
  return node.properties
    .filter((one) => one.value)
    .sort((one, other) => rank(one) - rank(other))
    .slice(0, most);
}

type Links = ReadonlyMap<string, readonly string[]>;

function sourcesOf(nodes: readonly WorkflowNode[]): Links {
  const known = new Set(nodes.map((node) => node.id));
  return new Map(nodes.map((node) => [node.id, node.wires.map((wire) => wire.node).filter((id) => known.has(id) && id !== node.id)]));
}

function usersOf(sources: Links): Links {
  const users = new Map<string, string[]>([...sources.keys()].map((id) => [id, []]));
  for (const [id, list] of sources) for (const source of list) users.get(source)?.push(id);
  return users;
}

/** All that can be reached from a node along the links, nearest first. */
function reached(from: string, links: Links): string[] {
  const found = new Set([from]);
  for (const id of found) for (const next of links.get(id) ?? []) found.add(next);
  found.delete(from);
  return [...found];
}

/** Small graphs as they are; of larger ones the node that made the picture, what shaped it, and what came of it. */
export function smallDrawing(nodes: readonly WorkflowNode[], width: number): Drawing {
  const sources = sourcesOf(nodes);
  const users = usersOf(sources);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const main = byImportance(nodes)[0];
  if (!main) return { cards: [], wires: [], width, height: 0 };
  const important = (ids: readonly string[], most: number): WorkflowNode[] => {
    const list = ids.map((id) => byId.get(id)).filter((node) => node !== undefined);
    return nodes.length <= LARGEST_SMALL ? list.slice(0, most) : byImportance(list).slice(0, most);
  };
  const before = important(reached(main.id, sources), MOST_LEFT).filter((node) => node.id !== main.id);
  const left = inOrder(before, nodes);
  const after = reached(main.id, users).filter((id) => !left.some((node) => node.id === id));
  const right = [main, ...important(after, MOST_RIGHT - 1)];
  const column = Math.floor((width - 2 * MARGIN - GAP_X) / 2);
  const cards = [
    ...stacked(left, { x: MARGIN, width: column - 8, lines: 1 }),
    ...stacked(right, { x: MARGIN + column - 8 + GAP_X, width: column + 8, lines: 1, first: 3 }),
  ];
  return drawn(cards, sources, width);
}

const inOrder = (some: readonly WorkflowNode[], all: readonly WorkflowNode[]): WorkflowNode[] =>
  all.filter((node) => some.includes(node));

/** Every node, in columns from what needs nothing to what is saved. */
export function wholeDrawing(nodes: readonly WorkflowNode[], cardWidth = 168): Drawing {
  const sources = sourcesOf(nodes);
  const columns: WorkflowNode[][] = [];
  const depths = depthsOf(nodes, sources);
  for (const node of nodes) (columns[depths.get(node.id) ?? 0] ??= []).push(node);
  const places = new Map<string, number>();
  const cards: Card[] = [];
  for (const [number, column] of columns.entries()) {
    const middle = (node: WorkflowNode): number => {
      const known = (sources.get(node.id) ?? []).map((id) => places.get(id)).filter((place) => place !== undefined);
      return known.length > 0 ? known.reduce((sum, place) => sum + place, 0) / known.length : 0;
    };
    const sorted = (column ?? []).map((node) => ({ node, at: middle(node) })).sort((one, other) => one.at - other.at);
    const stack = stacked(sorted.map(({ node }) => node), { x: MARGIN + number * (cardWidth + 2 * GAP_X), width: cardWidth, lines: 4 });
    for (const card of stack) places.set(card.node.id, card.y);
    cards.push(...stack);
  }
  return drawn(cards, sources, MARGIN * 2 + columns.length * (cardWidth + 2 * GAP_X) - 2 * GAP_X);
}

/** How far each node is from those that need nothing; nodes on a circle stay where they are met first. */
function depthsOf(nodes: readonly WorkflowNode[], sources: Links): Map<string, number> {
  const users = usersOf(sources);
  const waiting = new Map(nodes.map((node) => [node.id, sources.get(node.id)?.length ?? 0]));
  const depths = new Map(nodes.map((node) => [node.id, 0]));
  const ready = nodes.filter((node) => waiting.get(node.id) === 0).map((node) => node.id);
  for (const id of ready) {
    for (const user of users.get(id) ?? []) {
      depths.set(user, Math.max(depths.get(user) ?? 0, (depths.get(id) ?? 0) + 1));
      const left = (waiting.get(user) ?? 0) - 1;
      waiting.set(user, left);
      if (left === 0) ready.push(user);
    }
  }
  return depths;
}

interface Stack {
  x: number;
  width: number;
  lines: number;
  /** Lines of the first card, where it has more. */
  first?: number;
}

function stacked(nodes: readonly WorkflowNode[], { x, width, lines, first = lines }: Stack): Card[] {
  let y = MARGIN;
  return nodes.map((node, place) => {
    const shown = tellingLines(node, place === 0 ? first : lines);
    const height = HEAD + (shown.length > 0 ? shown.length * LINE + PAD : 0);
    const card = { node, x, y, width, height, lines: shown };
    y += height + GAP_Y;
    return card;
  });
}

/** Wires between the cards; where nodes between two cards are left out, the wire goes through them. */
function drawn(cards: readonly Card[], sources: Links, width: number): Drawing {
  const byId = new Map(cards.map((card) => [card.node.id, card]));
  const wires: Wire[] = [];
  for (const card of cards) {
    const feeding = new Set<string>();
    const seen = new Set<string>();
    const open = [...(sources.get(card.node.id) ?? [])];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (seen.has(id)) continue;
      seen.add(id);
      if (byId.has(id)) feeding.add(id);
      else open.push(...(sources.get(id) ?? []));
    }
    for (const id of feeding) {
      const from = byId.get(id);
      if (from && from !== card) wires.push({ from: id, to: card.node.id, path: curve(from, card) });
    }
  }
  const height = cards.reduce((most, card) => Math.max(most, card.y + card.height), 0) + MARGIN;
  return { cards, wires, width, height };
}

function curve(from: Card, to: Card): string {
  if (from.x === to.x) {
    const middle = from.x + from.width / 2;
    return from.y < to.y
      ? `M${middle} ${from.y + from.height}V${to.y}`
      : `M${middle} ${from.y}V${to.y + to.height}`;
  }
  const [x1, y1, x2, y2] = [from.x + from.width, from.y + HEAD / 2, to.x, to.y + HEAD / 2];
  const bend = Math.max(10, Math.abs(x2 - x1) / 2);
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}
