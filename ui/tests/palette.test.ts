import { describe, expect, test } from 'vitest';
import { matchesAll, pieces } from '../src/lib/marked';
import { asked, best, fit } from '../src/lib/palette';

describe('palette', () => {
  test('a first letter narrows it', () => {
    expect(asked('> Com')).toEqual({ text: 'com', kinds: ['action'] });
    expect(asked('#fox')).toEqual({ text: 'fox', kinds: ['tag'] });
    expect(asked('fox')).toEqual({ text: 'fox', kinds: null });
  });
  test('the beginning of a name fits best, then that of a word', () => {
    expect([fit('Compare', 'com'), fit('Show compare', 'com'), fit('Income', 'com'), fit('Fox', 'com')]).toEqual([3, 2, 1, 0]);
    expect(fit('Copy the seed', 'se co')).toBe(2);
    expect(fit('a.b (c)', '(c')).toBe(2);
  });
  test('equal ones stay in their order, and few are enough', () => {
    const found = best(['income', 'compare', 'combine', 'fox'], (name) => name, 'com', 2);
    expect(found).toEqual(['compare', 'combine']);
    expect(best(['b', 'a'], (name) => name, '', 5)).toEqual(['b', 'a']);
  });
});

describe('marked words', () => {
  test('are cut out where they stand, and may overlap', () => {
    expect(pieces('Blur marked', 'blur')).toEqual([{ text: 'Blur', found: true }, { text: ' marked', found: false }]);
    expect(pieces('aaa', 'aa')).toEqual([{ text: 'aaa', found: true }]);
    expect(pieces('plain', '')).toEqual([{ text: 'plain', found: false }]);
  });
  test('must all be there', () => {
    expect(matchesAll('key blur', 'Blur NSFW', 'a KEY')).toBe(true);
    expect(matchesAll('key fox', 'Blur NSFW', 'a KEY')).toBe(false);
  });
});
