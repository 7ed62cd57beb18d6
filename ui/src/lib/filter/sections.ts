/** The sections of the filter: which fields there are, in what order, and how each is asked for. */
import type { Field } from '../../api/queries';

export type SectionKind = 'words' | 'rating' | 'days' | 'facet' | 'range' | 'numbers' | 'shape' | 'flags' | 'choices' | 'lines' | 'node';
export type GroupName = 'main' | 'recipe' | 'resources' | 'picture' | 'organising' | 'dates' | 'file' | 'workflow' | 'other';

export interface Section {
  /** Unique; the name of its field, where it has just one. */
  name: string;
  kind: SectionKind;
  group: GroupName;
  fields: readonly Field[];
  /** The facet that counts it. */
  facet?: string;
  /** Pictures have several values, so one may ask for all of them. */
  several?: boolean;
  /** Values carry a weight that one may ask for. */
  weights?: boolean;
  whole?: boolean;
  unfolded?: boolean;
}

type Shape = Omit<Section, 'name' | 'fields'>;

const main = (kind: SectionKind, more: Partial<Shape> = {}): Shape => ({ kind, group: 'main', unfolded: true, ...more });
const of = (group: GroupName, kind: SectionKind, more: Partial<Shape> = {}): Shape => ({ kind, group, ...more });

/** In the order of the panel. A field that is not named here comes last, by its kind. */
const SHAPES: Readonly<Record<string, Shape>> = {
  prompt: main('words'),
  rating: main('rating', { facet: 'rating' }),
  date: main('days', { facet: 'month' }),
  generator: main('facet', { facet: 'generator' }),
  model: main('facet', { facet: 'model' }),
  tag: main('facet', { facet: 'tag', several: true }),
  lora: main('facet', { facet: 'lora', several: true, weights: true }),
  steps: main('range', { facet: 'steps', whole: true }),
  size: main('shape', { facet: 'size' }),
  negative: of('recipe', 'words'),
  cfg: of('recipe', 'range', { facet: 'cfg' }),
  sampler: of('recipe', 'facet', { facet: 'sampler' }),
  scheduler: of('recipe', 'facet', { facet: 'scheduler' }),
  seed: of('recipe', 'lines'),
  denoise: of('recipe', 'range', { facet: 'denoise' }),
  clip_skip: of('recipe', 'range', { facet: 'clip_skip', whole: true }),
  hires: of('recipe', 'lines'),
  embedding: of('resources', 'facet', { facet: 'embedding', several: true, weights: true }),
  controlnet: of('resources', 'facet', { facet: 'controlnet', several: true, weights: true }),
  vae: of('resources', 'facet', { facet: 'vae' }),
  hypernet: of('resources', 'facet', { facet: 'hypernet', several: true }),
  hypernet_strength: of('resources', 'range', { facet: 'hypernet_strength' }),
  refiner: of('resources', 'lines'),
  wildcard: of('resources', 'lines'),
  model_hash: of('resources', 'lines'),
  type: of('picture', 'facet', { facet: 'type' }),
  width: of('picture', 'range', { facet: 'size', whole: true }),
  height: of('picture', 'range', { facet: 'size', whole: true }),
  pixels: of('picture', 'range', { facet: 'size', whole: true }),
  ratio: of('picture', 'range', { facet: 'size' }),
  duration: of('picture', 'range', { facet: 'duration' }),
  album: of('organising', 'facet', { facet: 'album', several: true }),
  caption: of('organising', 'words'),
  aesthetic: of('organising', 'range', { facet: 'aesthetic' }),
  stack: of('organising', 'lines'),
  same: of('organising', 'lines'),
  id: of('organising', 'lines'),
  added: of('dates', 'days', { facet: 'added_month' }),
  modified: of('dates', 'days', { facet: 'modified_month' }),
  rated: of('dates', 'days', { facet: 'rated_month' }),
  viewed: of('dates', 'days', { facet: 'viewed_month' }),
  touched: of('dates', 'days', { facet: 'touched_month' }),
  folder: of('file', 'facet', { facet: 'folder' }),
  in: of('file', 'lines'),
  path: of('file', 'lines'),
  ext: of('file', 'facet', { facet: 'ext' }),
  filesize: of('file', 'range', { facet: 'filesize', whole: true }),
  has: of('workflow', 'choices', { several: true }),
  node: of('workflow', 'lines'),
  property: of('workflow', 'node'),
  graph: of('workflow', 'lines'),
  raw: of('workflow', 'lines'),
};

/** Flags stand together in one section. */
const FLAGS = ['favorite', 'deleted', 'in_album', 'nsfw', 'nometa', 'unavailable', 'problem'];
const FLAGS_AFTER = 'size';

const BY_KIND: Readonly<Record<string, SectionKind>> = { text: 'words', number: 'numbers', date: 'days' };

export const isFlag = (field: Field): boolean => field.kind === 'flag' || field.kind === 'presence';

/** The sections for the fields that the server knows. */
export function sectionsOf(fields: readonly Field[]): Section[] {
  const byName = new Map(fields.map((field) => [field.name, field]));
  const sections = Object.entries(SHAPES).flatMap(([name, shape]): Section[] => {
    const field = byName.get(name);
    const own: Section[] = field || shape.kind === 'node' ? [{ name, ...shape, fields: field ? [field] : [] }] : [];
    return name === FLAGS_AFTER ? [...own, flags(fields)] : own;
  });
  const others = fields.filter((field) => !(field.name in SHAPES) && !isFlag(field));
  return [...sections, ...others.map((field): Section => ({ name: field.name, kind: BY_KIND[field.kind] ?? 'lines', group: 'other', fields: [field] }))];
}

function flags(fields: readonly Field[]): Section {
  const place = (field: Field): number => (FLAGS.indexOf(field.name) + FLAGS.length + 1) % (FLAGS.length + 1);
  const found = fields.filter(isFlag).sort((a, b) => place(a) - place(b));
  return { name: 'flags', kind: 'flags', group: 'main', unfolded: true, fields: found };
}

/** Sections whose field is called so, by any of its names. `title` gives the name of the page's language. */
export function matching(sections: readonly Section[], wanted: string, title: (field: Field) => string): Section[] {
  const text = wanted.trim().toLowerCase();
  const names = (field: Field): string[] => [title(field), field.name, field.title, ...field.aliases];
  return sections.filter((section) => section.fields.some((field) => names(field).some((name) => name.toLowerCase().includes(text))));
}
