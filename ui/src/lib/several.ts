/** Several pictures as one: what they have in common, and where they differ. */
import type { FacetValue, ImageDetail } from '../api/types';
import { plain } from './format';
import { generatorTitle } from './generators';
import { t, type MessageKey } from './messages.svelte';
import { exactText, inFolder, term } from './query/quote';

export interface SharedValue {
  text: string;
  query: string | null;
  count: number;
}

/** One line of the panel: the values of one kind, the most frequent first. */
export interface SharedRow {
  name: string;
  label: string;
  values: readonly SharedValue[];
  /** How many of the pictures have a value at all. */
  having: number;
}

type Read = (image: ImageDetail) => [string, string | null][];

const one = (value: string | number | null | undefined, query: (text: string) => string | null): [string, string | null][] => {
  if (value === null || value === undefined || value === '') return [];
  const text = typeof value === 'number' ? plain(value) : value;
  return [[text, query(text)]];
};

const of = (field: string) => (text: string): string => term(field, text);

const ROWS: readonly [string, MessageKey, Read][] = [
  ['prompt', 'panel.prompt', (image) => one(image.recipe?.prompt, exactText)],
  ['negative', 'panel.negative', (image) => one(image.recipe?.negative_prompt, (text) => `negative:${exactText(text)}`)],
  ['model', 'panel.model', (image) => one(image.recipe?.model, of('model'))],
  ['sampler', 'panel.sampler', (image) => one(image.recipe?.sampler, of('sampler'))],
  ['scheduler', 'panel.scheduler', (image) => one(image.recipe?.scheduler, of('scheduler'))],
  ['steps', 'panel.steps', (image) => one(image.recipe?.steps, of('steps'))],
  ['cfg', 'panel.cfg', (image) => one(image.recipe?.cfg_scale, of('cfg'))],
  ['seed', 'panel.seed', (image) => one(image.recipe?.seed, of('seed'))],
  ['clip', 'panel.clip-skip', (image) => one(image.recipe?.clip_skip, of('clip_skip'))],
  ['denoise', 'panel.denoise', (image) => one(image.recipe?.denoising_strength, of('denoise'))],
  ['vae', 'panel.vae', (image) => one(image.recipe?.vae, of('vae'))],
  ['loras', 'panel.loras', (image) => (image.recipe?.loras ?? []).map((lora) => [lora.name, term('lora', lora.name)])],
  ['size', 'panel.size', (image) => one(image.width && image.height ? `${image.width}x${image.height}` : null, of('size'))],
  ['generator', 'panel.generator', (image) => one(image.recipe?.generator, of('generator')).map(([name, query]) => [generatorTitle(name), query])],
  ['format', 'panel.format', (image) => one(image.format, of('ext'))],
  ['folder', 'panel.folder', (image) => one(image.folder, inFolder)],
];

export function sharedRows(images: readonly ImageDetail[]): SharedRow[] {
  return ROWS.map(([name, label, read]) => rowOf(name, t(label), images.map(read))).filter((row) => row.values.length > 0);
}

function rowOf(name: string, label: string, found: readonly [string, string | null][][]): SharedRow {
  const values = new Map<string, SharedValue>();
  for (const own of found) {
    for (const [text, query] of new Map(own)) {
      const known = values.get(text);
      values.set(text, { text, query, count: (known?.count ?? 0) + 1 });
    }
  }
  const sorted = [...values.values()].sort((first, second) => second.count - first.count);
  return { name, label, values: sorted, having: found.filter((own) => own.length > 0).length };
}

/** Facets that a panel of many pictures shows, in its order, with what they are called. */
export const FACETS: readonly [string, MessageKey][] = [
  ['model', 'panel.model'],
  ['sampler', 'panel.sampler'],
  ['scheduler', 'panel.scheduler'],
  ['steps', 'panel.steps'],
  ['cfg', 'panel.cfg'],
  ['lora', 'panel.loras'],
  ['size', 'panel.size'],
  ['generator', 'panel.generator'],
  ['ext', 'panel.format'],
  ['folder', 'panel.folder'],
];

export function facetRows(facets: Readonly<Record<string, readonly FacetValue[]>>): SharedRow[] {
  return FACETS.map(([name, label]) => {
    const values = (facets[name] ?? []).map(({ value, count, query }) => ({ text: name === 'generator' ? generatorTitle(value) : value, query, count }));
    const having = values.reduce((sum, value) => sum + value.count, 0);
    return { name, label: t(label), values, having };
  }).filter((row) => row.values.length > 0);
}

/** Whether every one of the pictures has this value and no other. */
export const isShared = (row: SharedRow, total: number): boolean =>
  row.values.length === 1 && row.values[0]?.count === total;
