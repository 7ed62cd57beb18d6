/** Where the values of a recipe stand in a file, as lines to read. */
import type { Explanation, ImageDetail, Origin } from '../api/types';
import { decimal, length } from './format';
import { t, type MessageKey } from './messages.svelte';

/** In the order of the panel; what is not named here comes after, by its own name. */
const LABELS: Readonly<Record<string, MessageKey>> = {
  prompt: 'panel.prompt',
  negative_prompt: 'panel.negative',
  model: 'panel.model',
  model_hash: 'panel.hash',
  sampler: 'panel.sampler',
  scheduler: 'panel.scheduler',
  steps: 'panel.steps',
  cfg_scale: 'panel.cfg',
  seed: 'panel.seed',
  clip_skip: 'panel.clip-skip',
  denoising_strength: 'panel.denoise',
  size: 'panel.size',
  vae: 'panel.vae',
  loras: 'panel.loras',
  embeddings: 'panel.embeddings',
  hires: 'panel.hires',
  refiner: 'panel.refiner',
  controlnets: 'panel.controlnet',
  generator_version: 'panel.version',
};

export interface Line {
  /** The field of the recipe. */
  field: string;
  /** "" where the line goes on with the value above it. */
  label: string;
  place: string;
}

/** The values that stand in one text. */
export interface SourceGroup {
  source: string;
  lines: Line[];
}

export function fieldLabel(field: string): string {
  const key = LABELS[field];
  return key ? t(key) : field.replaceAll('_', ' ');
}

/** Where inside its text a value stands: "node 6 CLIPTextEncode · text", "Steps"; "" when it is the whole text. */
export function placeText(place: Origin): string {
  const node = place.node === null ? '' : t('panel.node', { id: place.node, kind: place.node_class ?? '' }).trim();
  const key = place.key === null ? '' : place.node === null ? place.key : place.key.replace(/^(?:inputs|widgets_values)\./, '');
  return [node, key].filter(Boolean).join(' · ');
}

/** Every value with its place, by the text it stands in; a value that was put together has several lines. */
export function sourceGroups(explanation: Pick<Explanation, 'origins'>): SourceGroup[] {
  const groups = new Map<string, Line[]>();
  const names = Object.keys(LABELS);
  const rank = (field: string): number => names.indexOf(field) + 1 || names.length + 1;
  const fields = Object.entries(explanation.origins).sort(([one], [other]) => rank(one) - rank(other));
  for (const [field, places] of fields) {
    for (const [position, place] of places.entries()) {
      const lines = groups.get(place.source) ?? [];
      const again = position > 0 && lines.at(-1) !== undefined && places[position - 1]?.source === place.source;
      lines.push({ field, label: again ? '' : fieldLabel(field), place: placeText(place) || t('panel.whole-text') });
      groups.set(place.source, lines);
    }
  }
  return [...groups].map(([source, lines]) => ({ source, lines }));
}

/** What a film is: "0:05 · 24 frames/s · h264, aac"; "" for a picture. */
export function filmText(image: Pick<ImageDetail, 'duration_s' | 'frame_rate' | 'codec' | 'audio_codec'>): string {
  const parts = [
    image.duration_s ? length(image.duration_s) : '',
    image.frame_rate ? t('panel.frame-rate', { rate: decimal(image.frame_rate, 2) }) : '',
    [image.codec, image.audio_codec].filter(Boolean).join(', '),
  ];
  return parts.filter(Boolean).join(' · ');
}
