/** Rows of the details panel: each value with the query that finds it. */
import type { Recipe } from '../api/types';
import { plain } from './format';
import { isField } from './query/fields';
import { term } from './query/quote';

export interface Value {
  label: string;
  text: string;
  query: string | null;
  /** Long values take a whole line; short ones stand two to a line. */
  long: boolean;
  suffix?: string;
}

export function parameters(recipe: Recipe): Value[] {
  const values: Value[] = [];
  const add = (label: string, field: string | null, raw: string | number | null | undefined, long = false): void => {
    if (raw === null || raw === undefined || raw === '') return;
    const text = typeof raw === 'number' ? plain(raw) : raw;
    values.push({ label, text, query: field && isField(field) ? term(field, text) : null, long: long || text.length > 12 });
  };
  if (recipe.model) {
    const suffix = recipe.model_hash ?? undefined;
    values.push({ label: 'Model', text: recipe.model, query: term('model', recipe.model), long: true, suffix });
  } else add('Hash', 'model_hash', recipe.model_hash, true);
  add('Sampler', 'sampler', recipe.sampler);
  add('Sched.', 'scheduler', recipe.scheduler);
  add('Steps', 'steps', recipe.steps);
  add('CFG', 'cfg', recipe.cfg_scale);
  add('Seed', 'seed', recipe.seed);
  add('Clip', 'clip_skip', recipe.clip_skip);
  add('Denoise', 'denoise', recipe.denoising_strength);
  if (recipe.size?.length === 2) add('Size', 'size', `${recipe.size[0]}x${recipe.size[1]}`);
  add('VAE', 'vae', recipe.vae, true);
  return values;
}

/** Everything else that was found, one line each; nested values as JSON. */
export function extras(recipe: Recipe): [string, string][] {
  return Object.entries(recipe.extra ?? {}).map(([key, value]) => [
    key,
    typeof value === 'string' ? value : (JSON.stringify(value) ?? ''),
  ]);
}

/** All of a recipe as text, to paste elsewhere. */
export function recipeText(recipe: Recipe): string {
  const lines = [recipe.prompt ?? ''];
  if (recipe.negative_prompt) lines.push(`Negative prompt: ${recipe.negative_prompt}`);
  lines.push(parameters(recipe).map((value) => `${value.label}: ${value.text}`).join(', '));
  return lines.filter(Boolean).join('\n');
}

/** Width of a LoRA's bar, 0 to 100 %: weights run from 0 to 1, rarely to 2. */
export const weightShare = (weight: number | null): number => Math.min(100, Math.abs(weight ?? 1) * 100);
