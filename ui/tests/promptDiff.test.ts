import { describe, expect, it } from 'vitest';
import { diffTags, diffWords, likeness, tagsOf, type Part } from '../src/lib/promptDiff';

/** Removed in square brackets, added in braces. */
const shown = (parts: readonly Part[]): string =>
  parts.map(({ kind, text }) => (kind === 'same' ? text : kind === 'removed' ? `[${text}]` : `{${text}}`)).join('');

const before = (parts: readonly Part[]): string => parts.filter((part) => part.kind !== 'added').map((part) => part.text).join('');
const after = (parts: readonly Part[]): string => parts.filter((part) => part.kind !== 'removed').map((part) => part.text).join('');

describe('by words', () => {
  it.each([
    ['a red fox', 'a red fox', 'a red fox'],
    ['a red fox', 'a blue fox', 'a [red]{blue} fox'],
    ['a fox', 'a red fox', 'a {red }fox'],
    ['a red fox', 'a fox', 'a [red ]fox'],
    ['', 'a fox', '{a fox}'],
    ['a fox', '', '[a fox]'],
    ['', '', ''],
    ['one two three', 'four five six', '[one two three]{four five six}'],
    ['(fox:1.2)', '(fox:1.4)', '(fox:[1.2]{1.4})'],
    ['fox, <lora:ink:0.3>', 'fox, <lora:ink:0.5>', 'fox, [<lora:ink:0.3>]{<lora:ink:0.5>}'],
    ["don't stop", "don't go", "don't [stop]{go}"],
    ['füchse im schnee', 'füchse im regen', 'füchse im [schnee]{regen}'],
  ])('%s | %s', (a, b, expected) => expect(shown(diffWords(a, b))).toBe(expected));

  it('loses nothing of the new prompt, and no word of the old one', () => {
    const words = ['red', 'fox', 'snow', ',', 'in', '(night:1.2)', ' ', '\n'];
    let seed = 7;
    const some = (): string =>
      Array.from({ length: 30 }, () => words[(seed = (seed * 1103515245 + 12345) % 2147483648) % words.length]).join(' ');
    for (let round = 0; round < 50; round += 1) {
      const [a, b] = [some(), some()];
      const parts = diffWords(a, b);
      expect(after(parts)).toBe(b);
      expect(before(parts).replace(/\s+/g, '')).toBe(a.replace(/\s+/g, ''));
    }
  });

  it('takes long prompts that have nothing in common as they are', () => {
    const [a, b] = [Array.from({ length: 4000 }, (_, i) => `a${i}`).join(','), Array.from({ length: 4000 }, (_, i) => `b${i}`).join(';')];
    expect(diffWords(a, b).length).toBe(2);
  });
});

describe('by tags', () => {
  const told = (a: string, b: string): string => shown(diffTags(a, b).map((part) => ({ ...part, text: `${part.text}|` })));

  it.each([
    ['fox, snow', 'snow, fox', 'snow|fox|'],
    ['fox, snow, night', 'fox, rain, night', 'fox|[snow|]{rain|}night|'],
    ['fox, fox', 'fox', 'fox|[fox|]'],
    ['Red_Fox', 'red fox', 'red fox|'],
    ['(red, green:1.2), fox', '(red, green:1.4), fox', '[(red, green:1.2)|]{(red, green:1.4)|}fox|'],
    ['', '', ''],
  ])('%s | %s', (a, b, expected) => expect(told(a, b)).toBe(expected));

  it('parts at commas and lines, not inside brackets', () => {
    expect(tagsOf('a, (b, c:1.2), <lora:d:1>\ne,,\\(f, g')).toEqual(['a', '(b, c:1.2)', '<lora:d:1>', 'e', '\\(f', 'g']);
  });
});

describe('likeness', () => {
  it.each([
    ['a fox', 'a fox', 1],
    ['', '', 1],
    ['a', 'b', 0],
    ['ab cd', 'ab ef', 0.5],
  ])('%s | %s', (a, b, expected) => expect(likeness(diffWords(a, b))).toBe(expected));
});
