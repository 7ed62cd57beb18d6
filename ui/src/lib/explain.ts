/** Where the values of a recipe stand in a file, as lines to read. */
import type { Explanation, ImageDetail, Origin } from '../api/types';
import { length, plain, plural } from './format';

/** In the order of the panel; what is not named here comes after, by its own name. */
const LABELS: Readonly<Record<string, string>> = {
  prompt: 'Prompt',
  negative_prompt: 'Negative',
  model: 'Model',
  model_hash: 'Hash',
  sampler: 'Sampler',
  scheduler: 'Scheduler',
  steps: 'Steps',
  cfg_scale: 'CFG',
  seed: 'Seed',
  clip_skip: 'Clip skip',
  denoising_strength: 'Denoise',
  size: 'Size',
  vae: 'VAE',
  loras: 'LoRAs',
  embeddings: 'Embeddings',
  hires: 'Hires',
  refiner: 'Refiner',
  controlnets: 'ControlNet',
  generator_version: 'Version',
};

export interface Line {
  label: string;
  place: string;
}

/** The values that stand in one text. */
export interface SourceGroup {
  source: string;
  lines: Line[];
}

/** Where inside its text a value stands: "node 6 CLIPTextEncode · text", "Steps"; "" when it is the whole text. */
export function placeText(place: Origin): string {
  const node = place.node === null ? '' : `node ${place.node} ${place.node_class ?? ''}`.trim();
  const key = place.key === null ? '' : place.node === null ? place.key : place.key.replace(/^inputs\./, '');
  return [node, key].filter(Boolean).join(' · ');
}

/** Every value with its place, by the text it stands in; a value that was put together has several lines. */
export function sourceGroups(explanation: Explanation): SourceGroup[] {
  const groups = new Map<string, Line[]>();
  const names = Object.keys(LABELS);
  const rank = (field: string): number => (names.indexOf(field) + 1 || names.length + 1);
  const fields = Object.entries(explanation.origins).sort(([one], [other]) => rank(one) - rank(other));
  for (const [field, places] of fields) {
    for (const [position, place] of places.entries()) {
      const lines = groups.get(place.source) ?? [];
      const label = LABELS[field] ?? field.replaceAll('_', ' ');
      const again = position > 0 && lines.at(-1) !== undefined && places[position - 1]?.source === place.source;
      lines.push({ label: again ? '' : label, place: placeText(place) || 'the whole text' });
      groups.set(place.source, lines);
    }
  }
  return [...groups].map(([source, lines]) => ({ source, lines }));
}

export const seenText = (characters: number): string => plural(characters, 'character');

/** What a film is: "0:05 · 24 frames/s · h264, aac"; "" for a picture. */
export function filmText(image: Pick<ImageDetail, 'duration_s' | 'frame_rate' | 'codec' | 'audio_codec'>): string {
  const parts = [
    image.duration_s ? length(image.duration_s) : '',
    image.frame_rate ? `${plain(Math.round(image.frame_rate * 100) / 100)} frames/s` : '',
    [image.codec, image.audio_codec].filter(Boolean).join(', '),
  ];
  return parts.filter(Boolean).join(' · ');
}
