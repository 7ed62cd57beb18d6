/** What a shown file holds, as lines to read. */
import type { Inspected } from '../api/inspect';
import type { Origin } from '../api/types';
import { plain } from './format';
import { t, type MessageKey } from './messages.svelte';

export interface InspectedRow {
  /** Name of the field in `origins`. */
  field: string;
  label: string;
  value: string;
}

/** `png:prompt · node 6 CLIPTextEncode · inputs.text`. */
export function placeText(place: Origin): string {
  const node = place.node ? t('inspect.node', { id: place.node, class: place.node_class ?? '' }).trim() : '';
  return [place.source, node, place.key ?? ''].filter(Boolean).join(' · ');
}

const FIELDS: readonly (readonly [string, MessageKey])[] = [
  ['model', 'compare.model'],
  ['model_hash', 'compare.model-hash'],
  ['loras', 'compare.loras'],
  ['sampler', 'compare.sampler'],
  ['scheduler', 'compare.scheduler'],
  ['steps', 'compare.steps'],
  ['cfg_scale', 'compare.cfg'],
  ['seed', 'compare.seed'],
  ['size', 'compare.size'],
  ['clip_skip', 'compare.clip-skip'],
  ['denoising_strength', 'compare.denoising'],
  ['vae', 'compare.vae'],
  ['hires', 'compare.hires'],
  ['refiner', 'compare.refiner'],
  ['controlnets', 'compare.controlnets'],
  ['embeddings', 'compare.embeddings'],
];

function text(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return plain(value);
  if (typeof value === 'string') return value;
  return Object.keys(value).length === 0 ? '' : JSON.stringify(value);
}

/** The parameters of its recipe, then everything else that was found. */
export function inspectedRows({ recipe }: Inspected): InspectedRow[] {
  if (!recipe) return [];
  const special: Readonly<Record<string, string | undefined>> = {
    loras: recipe.loras?.map((lora) => (lora.weight === null ? lora.name : `${lora.name} ${plain(lora.weight)}`)).join(', '),
    size: recipe.size?.join(' × '),
    embeddings: recipe.embeddings?.join(', '),
  };
  const read = recipe as unknown as Readonly<Record<string, unknown>>;
  const named = FIELDS.map(([field, key]) => ({ field, label: t(key), value: field in special ? (special[field] ?? '') : text(read[field]) }));
  const others = Object.entries(recipe.extra ?? {}).map(([name, value]) => ({ field: `extra.${name}`, label: name, value: text(value) }));
  return [...named, ...others].filter(({ value }) => value !== '');
}
