/** What changed from one prompt to another, by words or by tags. */

export type PartKind = 'same' | 'removed' | 'added';

export interface Part {
  kind: PartKind;
  text: string;
}

/** What a prompt loads, as `<lora:name:0.8>`, numbers, words, runs of blanks, and every other sign by itself. */
const WORD = /<\w+:[^<>\n]+>|\d+\.\d+|[\p{L}\p{N}_]+(?:['’-][\p{L}\p{N}_]+)*|\s+|[^\p{L}\p{N}_\s]/gu;
/** Beyond so many steps two prompts have too little in common to be told word by word. */
const MOST_STEPS = 600;

const OPENING = '([{<';
const CLOSING = ')]}>';

/** By words: what stayed, what went, what came, in the order one reads it. */
export function diffWords(before: string, after: string): Part[] {
  const [a, b] = [before.match(WORD) ?? [], after.match(WORD) ?? []];
  return joined(withoutIslands(shortestEdit(a, b)));
}

/** By the tags between commas. Their order does not count; those that went stand where they stood. */
export function diffTags(before: string, after: string): Part[] {
  const [old, now] = [tagsOf(before), tagsOf(after)];
  const left = counted(old);
  const parts: Part[] = now.map((tag) => ({ kind: take(left, keyOf(tag)) ? 'same' : 'added', text: tag }));
  const kept = counted(now);
  let place = 0;
  for (const tag of old) {
    if (take(kept, keyOf(tag))) {
      const found = parts.findIndex((part) => part.kind === 'same' && keyOf(part.text) === keyOf(tag));
      place = Math.max(place, found + 1);
    } else {
      parts.splice(place, 0, { kind: 'removed', text: tag });
      place += 1;
    }
  }
  return parts;
}

/** How much two prompts have in common, 0 to 1, by the characters of their common words. */
export function likeness(parts: readonly Part[]): number {
  let [common, all] = [0, 0];
  for (const { kind, text } of parts) {
    const characters = text.replace(/\s/g, '').length;
    all += kind === 'same' ? 2 * characters : characters;
    if (kind === 'same') common += 2 * characters;
  }
  return all === 0 ? 1 : common / all;
}

/** The tags of a prompt; commas inside brackets part nothing, as in `(red, green:1.2)`. */
export function tagsOf(prompt: string): string[] {
  const tags: string[] = [];
  let [depth, start] = [0, 0];
  for (let at = 0; at <= prompt.length; at += 1) {
    const sign = prompt[at] ?? ',';
    if (prompt[at - 1] !== '\\') {
      if (OPENING.includes(sign)) depth += 1;
      else if (CLOSING.includes(sign)) depth = Math.max(0, depth - 1);
    }
    if (at < prompt.length && !(sign === ',' && depth === 0) && sign !== '\n') continue;
    const tag = prompt.slice(start, at).trim();
    if (tag) tags.push(tag);
    start = at + 1;
    if (sign === '\n') depth = 0;
  }
  return tags;
}

const keyOf = (tag: string): string => tag.toLowerCase().replace(/[\s_]+/g, ' ');

function counted(tags: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const tag of tags) counts.set(keyOf(tag), (counts.get(keyOf(tag)) ?? 0) + 1);
  return counts;
}

/** Takes one of these away, if there is one. */
function take(counts: Map<string, number>, key: string): boolean {
  const left = counts.get(key) ?? 0;
  if (left > 0) counts.set(key, left - 1);
  return left > 0;
}

/** The shortest way from one list to another (Myers, "An O(ND) Difference Algorithm", 1986). */
function shortestEdit(a: readonly string[], b: readonly string[]): Part[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  const same = (text: string): Part => ({ kind: 'same', text });
  return [
    ...a.slice(0, head).map(same),
    ...middleEdit(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...a.slice(a.length - tail).map(same),
  ];
}

function middleEdit(a: readonly string[], b: readonly string[]): Part[] {
  const trail = trailOf(a, b);
  if (trail === null) {
    return [...a.map((text): Part => ({ kind: 'removed', text })), ...b.map((text): Part => ({ kind: 'added', text }))];
  }
  const parts: Part[] = [];
  let [x, y] = [a.length, b.length];
  for (let step = trail.length - 1; step > 0; step -= 1) {
    const reached = trail[step - 1] as Map<number, number>;
    const k = x - y;
    const down = k === -step || (k !== step && (reached.get(k - 1) ?? -1) < (reached.get(k + 1) ?? -1));
    const from = down ? k + 1 : k - 1;
    const fromX = reached.get(from) ?? 0;
    const startX = down ? fromX : fromX + 1;
    for (; x > startX; x -= 1) parts.push({ kind: 'same', text: a[x - 1] ?? '' });
    y = x - k;
    if (down) parts.push({ kind: 'added', text: b[y - 1] ?? '' });
    else parts.push({ kind: 'removed', text: a[x - 1] ?? '' });
    x = fromX;
    y = fromX - from;
  }
  for (; x > 0; x -= 1) parts.push({ kind: 'same', text: a[x - 1] ?? '' });
  return parts.reverse();
}

/** For every number of steps the furthest place on each diagonal; null where they are too many. */
function trailOf(a: readonly string[], b: readonly string[]): Map<number, number>[] | null {
  const trail: Map<number, number>[] = [];
  for (let step = 0; step <= Math.min(MOST_STEPS, a.length + b.length); step += 1) {
    const before = trail.at(-1);
    const reached = new Map<number, number>();
    trail.push(reached);
    for (let k = -step; k <= step; k += 2) {
      const [up, left] = [before?.get(k + 1) ?? -1, before?.get(k - 1) ?? -1];
      let x = step === 0 ? 0 : k === -step || (k !== step && left < up) ? up : left + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1;
      reached.set(k, x);
      if (x >= a.length && x - k >= b.length) return trail;
    }
  }
  return null;
}

/** Blanks between two changes belong to the changes: nobody reads one word that stayed as a blank that stayed. */
function withoutIslands(parts: readonly Part[]): Part[] {
  return parts.flatMap((part, at): Part[] => {
    const island = part.kind === 'same' && /^\s+$/.test(part.text) && parts[at - 1]?.kind !== 'same' && parts[at + 1]?.kind !== 'same';
    if (!island || at === 0 || at === parts.length - 1) return [part];
    return [
      { kind: 'removed', text: part.text },
      { kind: 'added', text: part.text },
    ];
  });
}

/** Runs of one kind as one part; between two that stayed, what went comes before what came. */
function joined(parts: readonly Part[]): Part[] {
  const found: Part[] = [];
  let [removed, added] = ['', ''];
  const flush = (): void => {
    if (removed.trim()) found.push({ kind: 'removed', text: removed });
    if (added) found.push({ kind: 'added', text: added });
    [removed, added] = ['', ''];
  };
  for (const { kind, text } of parts) {
    if (kind === 'removed') removed += text;
    else if (kind === 'added') added += text;
    else {
      flush();
      const last = found.at(-1);
      if (last?.kind === 'same') last.text += text;
      else found.push({ kind, text });
    }
  }
  flush();
  return found;
}
