/** Rows of the details panel: each value with the query that finds it, and the whole recipe as text. */
import type { Recipe } from '../api/types';
import { plain } from './format';
import { t, type MessageKey } from './messages.svelte';
import { term } from './query/quote';

export interface Value {
  /** The field of the recipe, by which its place in the file is found. */
  field: string;
  label: string;
  text: string;
  query: string | null;
  /** Long values take a whole line; short ones stand two to a line. */
  long: boolean;
  suffix?: string;
}

type Raw = string | number | null | undefined;

export function parameters(recipe: Recipe): Value[] {
  const values: Value[] = [];
  const add = (field: string, label: MessageKey, query: string, raw: Raw, long = false): void => {
    if (raw === null || raw === undefined || raw === '') return;
    const text = typeof raw === 'number' ? plain(raw) : raw;
    values.push({ field, label: t(label), text, query: term(query, text), long: long || text.length > 12 });
  };
  add('model', 'panel.model', 'model', recipe.model, true);
  const model = values.at(-1);
  if (model && recipe.model_hash) model.suffix = recipe.model_hash;
  else add('model_hash', 'panel.hash', 'model_hash', recipe.model_hash, true);
  add('sampler', 'panel.sampler', 'sampler', recipe.sampler);
  add('scheduler', 'panel.scheduler', 'scheduler', recipe.scheduler);
  add('steps', 'panel.steps', 'steps', recipe.steps);
  add('cfg_scale', 'panel.cfg', 'cfg', recipe.cfg_scale);
  add('seed', 'panel.seed', 'seed', recipe.seed);
  add('clip_skip', 'panel.clip-skip', 'clip_skip', recipe.clip_skip);
  add('denoising_strength', 'panel.denoise', 'denoise', recipe.denoising_strength);
  if (recipe.size?.length === 2) add('size', 'panel.size', 'size', `${recipe.size[0]}x${recipe.size[1]}`);
  add('vae', 'panel.vae', 'vae', recipe.vae, true);
  return values;
}

/** Sampler and scheduler on one line; "DPM++ 2M Karras" names its scheduler already. */
export function samplerText({ sampler, scheduler }: Pick<Recipe, 'sampler' | 'scheduler'>): string {
  const named = sampler && scheduler ? sampler.toLowerCase().endsWith(scheduler.toLowerCase()) : false;
  return [sampler, named ? '' : scheduler].filter(Boolean).join(', ');
}

type Pairs = [string, string][];

export interface More {
  title: string;
  query: string;
  pairs: Pairs;
}

/** What only some recipes have: a second pass, a refiner, ControlNet, embeddings. */
export function passes(recipe: Recipe): More[] {
  const found: More[] = [];
  const hires = pairs(recipe.hires ?? {});
  if (hires.length > 0) found.push({ title: t('panel.hires'), query: 'hires:any', pairs: hires });
  const refiner = pairs(recipe.refiner ?? {});
  if (refiner.length > 0) found.push({ title: t('panel.refiner'), query: 'refiner:any', pairs: refiner });
  for (const unit of recipe.controlnets ?? []) {
    found.push({ title: t('panel.controlnet'), query: 'controlnet:any', pairs: pairs(unit) });
  }
  return found;
}

/** Everything else that was found, one line each; nested values as JSON. */
export const extras = (recipe: Recipe): Pairs => pairs(recipe.extra ?? {});

const pairs = (values: Record<string, unknown>): Pairs => Object.entries(values).map(([key, value]) => [key, valueText(value)]);

const valueText = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? plain(value) : (JSON.stringify(value) ?? '');

/** All of a recipe as AUTOMATIC1111 writes it, so that other programs read it. */
export function recipeText(recipe: Recipe): string {
  const lines = [withLoras(recipe)];
  if (recipe.negative_prompt) lines.push(`Negative prompt: ${recipe.negative_prompt}`);
  lines.push(settingsLine(recipe));
  return lines.filter(Boolean).join('\n');
}

/** The prompt with the tags of LoRAs that only a node named. */
function withLoras(recipe: Recipe): string {
  const prompt = recipe.prompt ?? '';
  const missing = (recipe.loras ?? []).filter((lora) => !prompt.includes(`:${lora.name}:`) && !prompt.includes(`:${lora.name}>`));
  return [prompt, ...missing.map((lora) => `<lora:${lora.name}:${plain(lora.weight ?? 1)}>`)].filter(Boolean).join(' ');
}

function settingsLine(recipe: Recipe): string {
  const hires = recipe.hires ?? {};
  const settings: [string, unknown][] = [
    ['Steps', recipe.steps],
    ['Sampler', recipe.sampler],
    ['Schedule type', recipe.scheduler],
    ['CFG scale', recipe.cfg_scale],
    ['Seed', recipe.seed],
    ['Size', recipe.size?.length === 2 ? `${recipe.size[0]}x${recipe.size[1]}` : null],
    ['Model hash', recipe.model_hash],
    ['Model', recipe.model],
    ['VAE', recipe.vae],
    ['Denoising strength', recipe.denoising_strength],
    ['Clip skip', recipe.clip_skip],
    ['Hires upscale', hires.scale],
    ['Hires steps', hires.steps],
    ['Hires upscaler', hires.upscaler],
  ];
  return settings
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([name, value]) => `${name}: ${quoted(valueText(value))}`)
    .join(', ');
}

/** A value that would break the line apart is quoted, as AUTOMATIC1111 does. */
const quoted = (value: string): string => (/[,:\n"]/.test(value) ? JSON.stringify(value) : value);

/** Width of a LoRA's bar, 0 to 100 %: weights run from 0 to 1, rarely to 2. */
export const weightShare = (weight: number | null): number => Math.min(100, Math.abs(weight ?? 1) * 100);
