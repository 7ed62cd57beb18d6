import { expect, test } from 'vitest';
import type { Run, Tagger, WaitingResult } from '../src/api/enrichment';
import { lengthName, typeName } from '../src/lib/captionWords';
import { deviceWords } from '../src/lib/estimates';
import { keptFrom, keptNames, likeliestRating, lostBelow, proposedTags, typedNames } from '../src/lib/proposals';

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

const tagger = (name: string, thresholds: Record<string, number>): Tagger => ({ name, title: name, size_bytes: 1, thresholds });
const taggers = [tagger('wd', { general: 0.35, character: 0.75 }), tagger('joytag', { general: 0.4 })];
const run = (options: Run['options']): Run => ({ options }) as Run;

test('a threshold is the chosen one, else the lowest that one of the taggers suggests', () => {
  expect(keptFrom(taggers, {})).toEqual([{ category: 'general', value: 0.35 }, { category: 'character', value: 0.75 }]);
  expect(keptFrom(taggers.slice(1), {})).toEqual([{ category: 'general', value: 0.4 }]);
  expect(keptFrom(taggers, { general: 0.6 })).toContainEqual({ category: 'general', value: 0.6 });
  expect(keptFrom([], {})).toEqual([]);
});

test('only what a run did not keep needs a new one', () => {
  const wanted = (general: number) => [{ category: 'general' as const, value: general }];
  const told = run({ models: [], thresholds: { general: 0.5 }, by_cut: false });
  expect(lostBelow(told, taggers, wanted(0.5))).toEqual([]);
  expect(lostBelow(told, taggers, wanted(0.7))).toEqual([]);
  expect(lostBelow(told, taggers, wanted(0.49))).toEqual([{ category: 'general', value: 0.5 }]);
  const untold = run({ models: ['joytag'], thresholds: {}, by_cut: false });
  expect(lostBelow(untold, taggers, wanted(0.38))).toEqual([{ category: 'general', value: 0.4 }]);
  expect(lostBelow(run({ models: [], thresholds: {}, by_cut: true }), taggers, wanted(0.1))).toEqual([]);
  expect(lostBelow(run({ models: ['gone'], thresholds: 3 }), taggers, wanted(0.1))).toEqual([]);
});

test('devices and lengths are called as one calls them, what is new as the server does', () => {
  expect(deviceWords('cpu')).toBe('Processor');
  expect(deviceWords('cuda × 2, npu')).toBe('Graphics card (CUDA) × 2, npu');
  expect(deviceWords('127.0.0.1:1234')).toBe('127.0.0.1:1234');
  expect(lengthName('medium-length')).toBe('Medium');
  expect(lengthName('very short')).toBe('Very short');
  expect(lengthName('40')).toBe('40');
  expect(typeName({ name: 'danbooru', title: 'x', text: '', default: '' })).toBe('Danbooru tags');
  expect(typeName({ name: 'poem', title: 'Poem', text: '', default: null })).toBe('Poem');
});
