/** What a result of a model proposes, and how each of its tags stands: by its confidence, and by what was decided. */
import type { Run, Tagger, WaitingResult } from '../api/enrichment';

/** From which confidence on, by category, a tag is kept: one that is surer. */
export type Thresholds = Readonly<Record<string, number>>;

/** sure and doubtful tags are applied when the result is accepted; refused ones are not. */
export type Standing = 'sure' | 'doubtful' | 'refused';

export interface ProposedTag {
  name: string;
  category: string;
  /** Null for what the person added. */
  confidence: number | null;
  standing: Standing;
  /** It was applied already: settled for many pictures at once. */
  taken: boolean;
}

interface Listed {
  name: string;
  category: string;
  confidence: number;
}

const isListed = (one: unknown): one is Listed =>
  typeof one === 'object' && one !== null && 'name' in one && typeof one.name === 'string' && 'confidence' in one && typeof one.confidence === 'number';

function listed(result: WaitingResult, name: string): Listed[] {
  const found: unknown = result.payload[name];
  return Array.isArray(found) ? found.filter(isListed) : [];
}

const added = (result: WaitingResult): string[] => {
  const found: unknown = result.payload['added'];
  return Array.isArray(found) ? found.filter((one): one is string => typeof one === 'string') : [];
};

/** Somebody said which tags it is to have: thresholds do not touch it any more. */
export const isEdited = (result: WaitingResult): boolean => 'added' in result.payload;

/** The tags of a result, the surest first; what the person added comes last. */
export function proposedTags(result: WaitingResult, thresholds: Thresholds, sureFrom: number): ProposedTag[] {
  const edited = isEdited(result);
  const standing = (tag: Listed): Standing => {
    if (!edited && tag.confidence <= (thresholds[tag.category] ?? 0)) return 'refused';
    return edited || tag.confidence >= sureFrom ? 'sure' : 'doubtful';
  };
  const tags: ProposedTag[] = [
    ...listed(result, 'tags').map((tag) => ({ ...tag, standing: standing(tag), taken: false })),
    ...listed(result, 'taken').map((tag) => ({ ...tag, standing: 'sure' as const, taken: true })),
    ...listed(result, 'refused').map((tag) => ({ ...tag, standing: 'refused' as const, taken: false })),
  ];
  tags.sort((one, other) => (other.confidence ?? 0) - (one.confidence ?? 0) || (one.name < other.name ? -1 : 1));
  return [...tags, ...added(result).map((name) => ({ name, category: 'own', confidence: null, standing: 'sure' as const, taken: false }))];
}

export const keptNames = (tags: readonly ProposedTag[]): string[] => tags.filter((tag) => tag.standing !== 'refused').map((tag) => tag.name);

/** Names out of what somebody typed, parted by commas or lines; each once. */
export const typedNames = (text: string): string[] => [...new Set(text.split(/[,\n]/).map((name) => name.trim()).filter(Boolean))];

/** The caption that a result proposes. */
export const proposedCaption = (result: WaitingResult): string => {
  const text: unknown = result.payload['text'];
  return typeof text === 'string' ? text : '';
};

/** The rating that a tagger finds likeliest: its name and its share. */
export function likeliestRating(result: WaitingResult): [string, number] | null {
  const rating: unknown = result.payload['rating'];
  if (typeof rating !== 'object' || rating === null) return null;
  const shares = Object.entries(rating).filter((one): one is [string, number] => typeof one[1] === 'number');
  return shares.sort((one, other) => other[1] - one[1])[0] ?? null;
}

const CATEGORIES = ['general', 'character'] as const;
export type Category = (typeof CATEGORIES)[number];

/** From which confidence on these taggers keep tags, by category: what was chosen, else the lowest that one suggests. */
export function keptFrom(taggers: readonly Pick<Tagger, 'thresholds'>[], chosen: Thresholds): { category: Category; value: number }[] {
  const lowest = (category: Category): number => Math.min(1, ...taggers.map((one) => one.thresholds[category] ?? 1));
  return CATEGORIES.map((category) => ({ category, value: chosen[category] ?? lowest(category) })).filter((one) => one.value < 1);
}

/**
 * The categories of which a run wrote nothing down that is as doubtful as is now asked for, with what it kept: only a
 * new run finds those tags. A run that cut each picture's tags in its own way says nothing of it.
 */
export function lostBelow(run: Run, taggers: readonly Tagger[], wanted: readonly { category: Category; value: number }[]): { category: Category; value: number }[] {
  const { models, thresholds, by_cut: byCut } = run.options;
  if (byCut === true) return [];
  const names = Array.isArray(models) ? models : [];
  const its = taggers.filter((one) => names.length === 0 || names.includes(one.name));
  const kept = keptFrom(its, isThresholds(thresholds) ? thresholds : {});
  return kept.filter((one) => wanted.some((other) => other.category === one.category && other.value < one.value));
}

const isThresholds = (value: unknown): value is Thresholds =>
  typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one === 'number');
