/** The parameters of several pictures beside one another, those that differ first. */
import type { ImageDetail, Recipe } from '../api/types';
import { plain } from './format';
import { generatorText } from './generators';
import type { MessageKey } from './messages.svelte';

export interface ComparedRow {
  /** A field that has a name of ours, or the name that the generator wrote. */
  label: { key: MessageKey } | { text: string };
  /** One per picture; null where it has none. */
  values: readonly (string | null)[];
  differs: boolean;
}

type Read = (recipe: Recipe, detail: ImageDetail) => string | number | null | undefined;

const json = (value: Readonly<Record<string, unknown>> | readonly unknown[] | undefined): string | null =>
  value && Object.keys(value).length > 0 ? JSON.stringify(value) : null;

const FIELDS: readonly (readonly [MessageKey, Read])[] = [
  ['compare.model', (recipe) => recipe.model],
  ['compare.model-hash', (recipe) => recipe.model_hash],
  ['compare.loras', (recipe) => recipe.loras?.map((lora) => (lora.weight === null ? lora.name : `${lora.name} ${plain(lora.weight)}`)).join(', ')],
  ['compare.sampler', (recipe) => recipe.sampler],
  ['compare.scheduler', (recipe) => recipe.scheduler],
  ['compare.steps', (recipe) => recipe.steps],
  ['compare.cfg', (recipe) => recipe.cfg_scale],
  ['compare.seed', (recipe) => recipe.seed],
  ['compare.size', (recipe) => (recipe.size ? `${recipe.size[0]} × ${recipe.size[1]}` : null)],
  ['compare.clip-skip', (recipe) => recipe.clip_skip],
  ['compare.denoising', (recipe) => recipe.denoising_strength],
  ['compare.vae', (recipe) => recipe.vae],
  ['compare.generator', (recipe) => generatorText(recipe)],
  ['compare.hires', (recipe) => json(recipe.hires)],
  ['compare.refiner', (recipe) => json(recipe.refiner)],
  ['compare.controlnets', (recipe) => json(recipe.controlnets)],
  ['compare.embeddings', (recipe) => recipe.embeddings?.join(', ')],
];

function row(label: ComparedRow['label'], found: readonly (string | number | null | undefined)[]): ComparedRow {
  const values = found.map((value) => (value === null || value === undefined || value === '' ? null : typeof value === 'number' ? plain(value) : value));
  return { label, values, differs: values.some((value) => value !== values[0]) };
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** One row per parameter that any of the pictures has. */
export function compareRecipes(details: readonly ImageDetail[]): ComparedRow[] {
  const rows = FIELDS.map(([key, read]) => row({ key }, details.map((detail) => detail.recipe && read(detail.recipe, detail))));
  rows.push(row({ key: 'compare.pixels' }, details.map(({ width, height }) => (width && height ? `${width} × ${height}` : null))));
  const others = new Set(details.flatMap(({ recipe }) => Object.keys(recipe?.extra ?? {})));
  for (const name of others) {
    rows.push(row({ text: name }, details.map(({ recipe }) => (recipe?.extra && name in recipe.extra ? text(recipe.extra[name]) : null))));
  }
  const known = rows.filter(({ values }) => values.some((value) => value !== null));
  return [...known.filter(({ differs }) => differs), ...known.filter(({ differs }) => !differs)];
}
