import { expect, test } from 'vitest';
import type { WaitingResult } from '../src/api/enrichment';
import { keptNames, likeliestRating, proposedTags, typedNames } from '../src/lib/proposals';

const tag = (name: string, confidence: number, category = 'general') => ({ name, category, confidence });
const result = (payload: WaitingResult['payload']): WaitingResult => ({
  id: 1, image_id: 2, kind: 'tags', source: 'wd', model_version: '1', run_id: null, made_at: 0, payload,
});
const standings = (one: WaitingResult, thresholds: Record<string, number>, sureFrom: number): string[] =>
  proposedTags(one, thresholds, sureFrom).map((each) => `${each.name} ${each.standing}`);

test('a tag is sure, doubtful or refused by its confidence and the threshold of its category', () => {
  const one = result({ tags: [tag('cat', 0.35), tag('fox', 0.9), tag('someone', 0.6, 'character'), tag('snow', 0.6)], rating: null });
  expect(standings(one, { general: 0.35, character: 0.75 }, 0.8)).toEqual(['fox sure', 'snow doubtful', 'someone refused', 'cat refused']);
  expect(standings(one, {}, 0.8)).toEqual(['fox sure', 'snow doubtful', 'someone doubtful', 'cat doubtful']);
});

test('what a person decided does not depend on thresholds, and nothing changes its place', () => {
  const edited = result({ tags: [tag('cat', 0.3)], refused: [tag('fox', 0.9)], added: ['mine'], rating: null });
  expect(standings(edited, { general: 0.99 }, 0.99)).toEqual(['fox refused', 'cat sure', 'mine sure']);
  const settled = result({ tags: [], taken: [tag('cat', 0.3)], refused: [tag('fox', 0.9)], rating: null });
  expect(standings(settled, { general: 0.99 }, 0.99)).toEqual(['fox refused', 'cat sure']);
  expect(keptNames(proposedTags(edited, {}, 0.8))).toEqual(['cat', 'mine']);
});

test('payloads of another form give no tags and no rating', () => {
  expect(proposedTags(result({ tags: ['fox', { name: 'cat' }], taken: 3 }), {}, 0.8)).toEqual([]);
  expect(likeliestRating(result({ rating: null }))).toBeNull();
  expect(likeliestRating(result({ rating: { general: 0.2, explicit: 0.7 } }))).toEqual(['explicit', 0.7]);
});

test('typed names are parted by commas and lines, each once', () => {
  expect(typedNames(' fox, snow\n fox,, (a, b ')).toEqual(['fox', 'snow', '(a', 'b']);
});
