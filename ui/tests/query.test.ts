import { describe, expect, test } from 'vitest';
import type { Field } from '../src/api/queries';
import { alternatives, sameValue, weighted, withWeight } from '../src/lib/query/alternatives';
import { examplesOf } from '../src/lib/query/examples';
import { fixedQuery, problemText } from '../src/lib/query/fix';
import { accept, completionOffers, inOrder, matchIn, recentOffer } from '../src/lib/query/offers';
import { toPoints, toUnits } from '../src/lib/query/position';
import { fieldAt, isExcluded, turnedTerm, withoutTerm } from '../src/lib/query/terms';
import { chipsOf, termsOf, tokenize } from '../src/lib/query/tokens';

const texts = (query: string): string[] => chipsOf(query).map((chip) => chip.map((token) => token.text).join(''));

describe('terms', () => {
  test.each<[string, string[]]>([
    ['date:last month, rating>=7', ['date:last month', 'rating>=7']],
    ['date:3 days ago castle', ['date:3 days ago', 'castle']],
    ['date:since 2026-01-01 tag:fox', ['date:since 2026-01-01', 'tag:fox']],
    ['path:contains "funny cats" a', ['path:contains "funny cats"', 'a']],
    ['same:seed 123, fox', ['same:seed 123', 'fox']],
    ['(castle OR tower), snow', ['(castle OR tower)', 'snow']],
    ['(a, b) OR c, d', ['(a, b) OR c', 'd']],
    ['tag:fox OR tag:cat steps:20', ['tag:fox OR tag:cat', 'steps:20']],
    ['castle -dragon', ['castle', '-dragon']],
    ['blue-eyes, cat', ['blue-eyes', 'cat']],
    ['NOT dragon castle', ['NOT dragon castle']],
    ['steps:20,30 cfg:7', ['steps:20,30', 'cfg:7']],
    ['sampler: euler a', ['sampler: euler', 'a']],
    ['path:ends with .jpg -x', ['path:ends with .jpg', '-x']],
    ['~"foggy street", x', ['~"foggy street"', 'x']],
    ['lora:detail>0.5, -tag:watermark', ['lora:detail>0.5', '-tag:watermark']],
    ['  ', []],
  ])('%s', (query, expected) => expect(texts(query)).toEqual(expected));

  test('lie where they are typed', () => {
    const query = ' castle,  date:last month ';
    for (const { start, end, tokens } of termsOf(query)) {
      expect(query.slice(start, end)).toBe(tokens.map((token) => token.text).join(''));
    }
  });

  test('a hyphen inside a word is no exclusion', () => {
    expect(tokenize('blue-eyes').some((token) => token.kind === 'negation')).toBe(false);
    expect(tokenize('a -b').some((token) => token.kind === 'negation')).toBe(true);
  });

  test('are taken out with their comma, and turned around', () => {
    const query = 'castle, tag:fox -tag:cat';
    const [castle, fox, cat] = termsOf(query);
    if (!castle || !fox || !cat) throw new Error('three terms are expected');
    expect(withoutTerm(query, castle)).toBe('tag:fox -tag:cat');
    expect(withoutTerm(query, fox)).toBe('castle, -tag:cat');
    expect(withoutTerm(query, cat)).toBe('castle, tag:fox');
    expect(turnedTerm(query, fox)).toBe('castle, -tag:fox -tag:cat');
    expect(turnedTerm(query, cat)).toBe('castle, tag:fox tag:cat');
    expect([isExcluded(fox), isExcluded(cat)]).toEqual([false, true]);
    const either = termsOf('a OR b');
    expect(either[0] && turnedTerm('a OR b', either[0])).toBe('-(a OR b)');
  });

  test('name the field under the caret', () => {
    const query = 'castle, sampler:dpm';
    expect(fieldAt(termsOf(query), query.length)).toBe('sampler');
    expect(fieldAt(termsOf(query), 3)).toBeNull();
  });
});

describe('values', () => {
  test('are split at bars outside quotes', () => {
    expect(alternatives('a|"b|c"| d')).toEqual(['a', '"b|c"', 'd']);
    expect(alternatives('"say ""x|y"""|z')).toEqual(['"say ""x|y"""', 'z']);
    expect(sameValue('"Euler a"', 'euler A')).toBe(true);
  });
  test('carry weights', () => {
    expect(weighted('detail>0.5')).toEqual({ name: 'detail', operator: '>', weight: '0.5' });
    expect(weighted('"my lora">=.8')).toEqual({ name: '"my lora"', operator: '>=', weight: '.8' });
    expect(weighted('detail')).toEqual({ name: 'detail', operator: '', weight: '' });
    expect(withWeight({ name: 'x', operator: '>', weight: '0.5' })).toBe('x>0.5');
  });
});

describe('offers', () => {
  const item = { kind: 'value' as const, text: '"DPM++ 2M"', label: 'DPM++ 2M', title: '', count: 40 };

  test('places count characters where the server does', () => {
    const query = '😀 λ x';
    expect([toPoints(query, 3), toUnits(query, 2)]).toEqual([2, 3]);
    expect(completionOffers('😀 sampler:d', { start: 10, end: 11, items: [item] })[0]).toMatchObject({ start: 11, end: 12, share: 1 });
  });

  test('a value is followed by a blank, an unfinished one is not', () => {
    const [value] = completionOffers('sampler:dp', { start: 8, end: 10, items: [item] });
    expect(value && accept('sampler:dp', value)).toEqual({ query: 'sampler:"DPM++ 2M" ', caret: 19 });
    const [path] = completionOffers('path:c', { start: 5, end: 6, items: [{ ...item, text: 'contains "' }] });
    expect(path && accept('path:c', path)).toEqual({ query: 'path:contains "', caret: 15 });
    const [field] = completionOffers('st', { start: 0, end: 2, items: [{ ...item, kind: 'field', text: 'steps:' }] });
    expect(field && accept('st', field)).toEqual({ query: 'steps:', caret: 6 });
    const [word] = completionOffers('ca, x', { start: 0, end: 2, items: [{ ...item, kind: 'word', text: 'castle' }] });
    expect(word && accept('ca, x', word)).toEqual({ query: 'castle, x', caret: 6 });
  });

  test('values come first and what was searched for last', () => {
    const value = completionOffers('d', { start: 0, end: 1, items: [item] });
    expect(inOrder([recentOffer('dog', 3, 1), ...value]).map((one) => one.group)).toEqual(['values', 'recent']);
    expect(matchIn('DPM++ 2M', '"dpm')).toEqual([0, 3]);
    expect(matchIn('DPM++ 2M', '')).toBeNull();
  });
});

describe('help', () => {
  test('four examples of a field, with what is not and what is missing', () => {
    const sampler: Field = {
      name: 'sampler', kind: 'name', title: 'Sampler', description: '', aliases: [], operators: ['is', 'none', 'any'],
      examples: ['sampler:"Euler a"', 'sampler: euler a | ddim', 'sampler:dpm*'], choices: [], units: [], lowest: null, highest: null, known: true,
    };
    const examples = examplesOf(sampler);
    expect(examples.map((one) => one.query)).toEqual(['sampler:"Euler a"', 'sampler: euler a | ddim', '-sampler:"Euler a"', 'sampler:none']);
    expect(examples.map((one) => one.means)).toEqual([null, 'search.means-either', 'search.means-not', 'search.means-missing']);
  });

  test('a wrong comparison is named with its field', () => {
    const error = { kind: 'query', message: 'one of = < > <= >=', position: 17, length: 1 };
    expect(problemText(error, 'steps:20 rating>>6')).toBe('After “rating” one of = < > ≤ ≥ can stand, not “>>”.');
    expect(problemText({ ...error, message: 'no field "x"' }, 'x:1')).toBe('No field "x".');
  });

  test('the button of a fix says what changes', () => {
    const error = { kind: 'query', message: '', position: 1, length: 1 };
    const words = (refused: string, fix: string): string | undefined => fixedQuery({ ...error, fix }, refused)?.words;
    expect(words('steps:20 rating>>5', 'steps:20 rating>5')).toBe('Use > instead');
    expect(words('snow, casttle:1', 'snow, castle:1')).toBe('Use castle instead');
    expect(words('(castle', '(castle)')).toBe('Use (castle) instead');
  });
});
