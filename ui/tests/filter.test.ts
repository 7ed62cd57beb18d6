import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Field, FilterLine } from '../src/api/queries';
import type { FacetValue } from '../src/api/types';
import { boundsOf, ratingsOf, withBounds, withRatings } from '../src/lib/filter/bounds';
import { daysOf, withDays } from '../src/lib/filter/dates';
import { facetRows, settled } from '../src/lib/filter/facetRows';
import { bars, monthSpans, points, scaleOf, sizeReader } from '../src/lib/filter/histogram';
import { choiceOf, choose, chosenOf, exchange, flagOf, line, modeOf, withFlag, withMode } from '../src/lib/filter/lines';
import { lineText } from '../src/lib/filter/lineText';
import { matching, sectionsOf } from '../src/lib/filter/sections';
import { shownNumber } from '../src/lib/filter/units';
import messages from '../src/messages/en/filter.json';

const written = (lines: readonly FilterLine[]): string[] => lines.map(lineText);

describe('values', () => {
  const lines = [line('tag', 'fox'), line('tag', 'snow'), line('tag', 'watermark', { exclude: true })];

  test('are included, excluded or neither', () => {
    const chosen = chosenOf(lines, 'tag');
    expect(['Fox', 'watermark', 'cat'].map((value) => choiceOf(chosen, value))).toEqual(['included', 'excluded', 'off']);
    expect(chosenOf([line('tag', '', { operator: 'none' })], 'tag').included).toEqual(['none']);
  });
  test('change one at a time', () => {
    expect(written(choose(lines, 'tag', 'cat', 'included', 'all'))).toEqual(['tag:fox', 'tag:snow', '-tag:watermark', 'tag:cat']);
    expect(written(choose(lines, 'tag', 'fox', 'excluded', 'all'))).toEqual(['tag:snow', '-tag:watermark', '-tag:fox']);
    expect(written(choose(lines, 'tag', 'watermark', 'off', 'all'))).toEqual(['tag:fox', 'tag:snow']);
    expect(written(choose([line('model', 'a')], 'model', 'b', 'included', 'any'))).toEqual(['model:a|b']);
    expect(written(choose([line('model', 'a|b')], 'model', 'a', 'off', 'any'))).toEqual(['model:b']);
    expect(written(choose([line('lora', 'x>0.5')], 'lora', 'x', 'excluded', 'all'))).toEqual(['-lora:x']);
    expect(written(choose([], 'lora', 'none', 'included', 'any'))).toEqual(['lora:none']);
  });
  test('are joined by all or any', () => {
    expect(modeOf(lines, 'tag')).toBe('all');
    expect(modeOf([line('tag', 'fox')], 'tag')).toBeNull();
    expect(written(withMode(lines, 'tag', 'any'))).toEqual(['tag:fox|snow', '-tag:watermark']);
    expect(written(withMode([line('tag', 'fox|snow')], 'tag', 'all'))).toEqual(['tag:fox', 'tag:snow']);
  });
  test('take a weight', () => {
    expect(written(exchange([line('lora', 'a|b')], 'lora', 'b', 'b>0.5'))).toEqual(['lora:a|b>0.5']);
  });
});

test('flags are yes, no, or not asked for', () => {
  expect(flagOf([], 'nsfw')).toBeNull();
  expect(flagOf([line('nsfw', 'true')], 'nsfw')).toBe(true);
  expect(flagOf([line('nsfw', 'true', { exclude: true })], 'nsfw')).toBe(false);
  expect(flagOf([line('problem', '', { operator: 'any' })], 'problem')).toBe(true);
  expect(written(withFlag([line('nsfw', 'true')], 'nsfw', 'flag', false))).toEqual(['nsfw:false']);
  expect(written(withFlag([], 'problem', 'presence', false))).toEqual(['problem:none']);
  expect(withFlag([line('nsfw', 'true')], 'nsfw', 'flag', null)).toEqual([]);
});

describe('ranges', () => {
  test('come from lines and go back', () => {
    for (const bounds of [{ low: '20', high: '50' }, { low: '20', high: null }, { low: null, high: '50' }, { low: '20', high: '20' }, { low: null, high: null }]) {
      expect(boundsOf(withBounds([], 'steps', bounds), 'steps').bounds).toEqual(bounds);
    }
    expect(boundsOf([line('steps', '5', { operator: '>' })], 'steps', true).bounds).toEqual({ low: '6', high: null });
    const other = line('steps', '', { operator: 'none' });
    expect(boundsOf([other], 'steps').others).toEqual([other]);
    expect(withBounds([other], 'steps', { low: '1', high: null })).toContain(other);
  });
  test('ratings know pictures without one', () => {
    for (const [low, high] of [[0, 10], [0, 0], [1, 10], [7, 10], [3, 5], [4, 4], [0, 5], [0, 1]] as const) {
      expect(ratingsOf(withRatings([], low, high))).toEqual([low, high]);
    }
    expect(written(withRatings([], 7, 10))).toEqual(['rating>=7']);
    expect(ratingsOf([line('rating', '1..5|none')])).toEqual([0, 5]);
    expect(ratingsOf([line('rating', '3', { operator: '=', exclude: true })])).toBeNull();
  });
  test('days too', () => {
    for (const range of [{ from: '2026-01', to: '2026-03' }, { from: '2026-01-05', to: '' }, { from: '', to: 'yesterday' }, { from: 'last month', to: 'last month' }]) {
      expect(daysOf(withDays([], 'date', range), 'date').range).toEqual(range);
    }
    expect(daysOf([line('date', 'today|yesterday')], 'date').others).toHaveLength(1);
  });
  test('numbers are written with their unit where that is exact', () => {
    expect([shownNumber('filesize', '2097152'), shownNumber('filesize', '1000'), shownNumber('pixels', '1500000')]).toEqual(['2mb', '1000', '1.5mp']);
  });
});

describe('histograms', () => {
  const values = (pairs: readonly [string, number][]): FacetValue[] => pairs.map(([value, count]) => ({ value, count, query: `x:${value}` }));

  test('hold every picture in one bar', () => {
    const found = points(values([['20', 5], ['30', 7], ['150', 1], ['20', 1]]));
    const scale = scaleOf(found, true);
    expect([scale.lowest, scale.highest]).toEqual([20, 150]);
    expect(bars(found, scale).reduce((sum, bar) => sum + bar.count, 0)).toBe(14);
    expect([scale.place(20), scale.place(150)]).toEqual([0, 1]);
    expect(scale.value(scale.place(64))).toBe(64);
  });
  test('a few large values do not press the others together', () => {
    const scale = scaleOf(points(values([['1', 10], ['20', 900], ['1000', 1]])), true);
    expect(scale.place(20)).toBeGreaterThan(0.3);
  });
  test('sizes give width, height, pixels and ratio', () => {
    expect(['width', 'height', 'pixels', 'ratio'].map((field) => sizeReader(field)('1920x1080'))).toEqual([1920, 1080, 2_073_600, 1.78]);
  });
  test('months without pictures have their place', () => {
    const spans = monthSpans(values([['2026-03', 4], ['2025-12', 2]]));
    expect(spans.map((span) => [span.first, span.count])).toEqual([['2025-12', 2], ['2026-01', 0], ['2026-02', 0], ['2026-03', 4]]);
    const long = monthSpans(values([['2026-12', 4], ['2022-01', 2]]));
    expect(long.length).toBeLessThanOrEqual(24);
    expect(long.at(-1)?.last).toBe('2026-12');
  });
});

describe('rows', () => {
  const counted = [{ value: 'DPM++ 2M', count: 5, query: 'sampler:"DPM++ 2M"' }];
  test('a chosen value that nothing has is there with zero', () => {
    const rows = facetRows(counted, { included: ['ddim'], excluded: ['"dpm++ 2m"'] });
    expect(rows).toEqual([{ value: 'DPM++ 2M', written: '"DPM++ 2M"', count: 5 }, { value: 'ddim', written: 'ddim', count: 0 }]);
  });
  test('keep their places, and what is gone stays with zero', () => {
    const rows = facetRows([{ value: 'b', count: 9, query: 'x:b' }, { value: 'a', count: 1, query: 'x:a' }], { included: [], excluded: [] });
    expect(settled(rows, ['a', 'c', 'b']).map((row) => [row.value, row.count])).toEqual([['a', 1], ['c', 0], ['b', 9]]);
  });
});

describe('sections', () => {
  /** What the program's own page of fields says, against what the filter offers. */
  const names = [...readFileSync(new URL('../../docs/query-fields.md', import.meta.url), 'utf8').matchAll(/^\| `(\w+)` \|/gm)].map((found) => found[1] ?? '');
  const hidden = ['model_or_hash', 'prompt_id', 'negative_id', 'date', 'added'];
  const field = (name: string, kind = 'name'): Field => ({
    name, kind, title: name, description: '', aliases: [], examples: [], operators: ['is'], choices: [], units: [], lowest: null, highest: null, known: false,
  });

  test('every field of the language has a place and words', () => {
    const fields = [...new Set(names)].filter((name) => !hidden.slice(0, 3).includes(name)).map((name) => field(name));
    const reached = sectionsOf(fields).flatMap((section) => section.fields.map((one) => one.name));
    expect(new Set(reached)).toEqual(new Set(fields.map((one) => one.name)));
    const sorts = ['random', 'relevance', 'name'];
    const missing = fields.filter(({ name }) => !sorts.includes(name) && !(`field-${name}` in messages && `about-${name}` in messages));
    expect(missing.map(({ name }) => name).filter((name) => names.indexOf(name) < names.indexOf('graph') + 1)).toEqual([]);
  });
  test('every number and date of the panel has bars above its range', () => {
    const kinds = [...readFileSync(new URL('../../docs/query-fields.md', import.meta.url), 'utf8').matchAll(/^\| `(\w+)` \|/gm)].map((found) => found[1] ?? '');
    const made = sectionsOf([...new Set(kinds)].map((name) => field(name)));
    const ranges = made.filter((section) => ['range', 'numbers', 'days', 'rating'].includes(section.kind));
    expect(ranges.length).toBeGreaterThan(15);
    expect(ranges.filter((section) => !section.facet).map((section) => section.name)).toEqual([]);
  });
  test('a field that the page does not know yet comes last', () => {
    expect(sectionsOf([field('rating', 'number'), field('faces', 'number')]).at(-1)).toMatchObject({ name: 'faces', kind: 'numbers', group: 'other' });
  });
  test('are found by every name of a field', () => {
    const sections = sectionsOf([{ ...field('model'), aliases: ['checkpoint'] }, field('nsfw', 'flag')]);
    expect(matching(sections, 'Checkp', (one) => one.title).map((one) => one.name)).toEqual(['model']);
    expect(matching(sections, 'ns', (one) => one.title).map((one) => one.name)).toEqual(['flags']);
  });
});
