import { describe, expect, test } from 'vitest';
import { heading, shortHeading } from '../src/lib/headings';
import { dateKey, jumpTarget } from '../src/lib/jump';
import { banded, bandMode, edgeSpeed } from '../src/lib/rubberband';

const NOW = new Date(2026, 10, 21, 12);
const group = (label: string, count = 10, key = label): { label: string; key: string; count: number } => ({ label, key, count });

describe('jumping', () => {
  const days = [group('2026-11-21'), group('2026-11-20'), group('2025-03-14', 5), group('2024-01-02')];

  test('reads dates as people write them', () => {
    expect(dateKey('2025')).toBe('2025');
    expect(dateKey('2025-3')).toBe('2025-03');
    expect(dateKey('14.3.2025')).toBe('2025-03-14');
    expect(dateKey('3/2025')).toBe('2025-03');
    expect(dateKey('12 418')).toBeNull();
  });

  test('goes to the day, else to the next one in the order', () => {
    expect(jumpTarget('2026-11-20', days, 35)).toBe(10);
    expect(jumpTarget('2025', days, 35)).toBe(20);
    expect(jumpTarget('2025-12-31', days, 35)).toBe(20);
    expect(jumpTarget('2026-11-20', days.toReversed(), 35)).toBe(15);
    expect(jumpTarget('2020', days, 35)).toBeNull();
  });

  test('goes to the picture of a number, at most to the last one', () => {
    expect(jumpTarget('7', days, 35)).toBe(6);
    expect(jumpTarget('12,418', days, 35)).toBe(34);
    expect(jumpTarget('2025', [], 5000)).toBe(2024);
  });

  test('goes to the heading that begins like that, else holds it', () => {
    const models = [group('flux1-dev', 3), group('sd_xl', 4), group('v1-5', 5)];
    expect(jumpTarget('sd', models, 12)).toBe(3);
    expect(jumpTarget('XL', models, 12)).toBe(3);
    expect(jumpTarget('pony', models, 12)).toBeNull();
    expect(jumpTarget('  ', models, 12)).toBeNull();
  });
});

describe('the rubber band', () => {
  const [one, two, three] = [[1, 'a'], [2, 'b'], [3, 'c']] as const;
  const before = new Map([one, two]);

  test('replaces, adds with Shift, removes with Alt', () => {
    expect(bandMode({ shiftKey: false, altKey: false, ctrlKey: false })).toBe('replace');
    expect(bandMode({ shiftKey: true, altKey: false, ctrlKey: false })).toBe('add');
    expect(bandMode({ shiftKey: true, altKey: true, ctrlKey: false })).toBe('remove');
    expect([...banded(before, new Map([two, three]), 'replace').keys()]).toEqual([2, 3]);
    expect([...banded(before, new Map([two, three]), 'add').keys()]).toEqual([1, 2, 3]);
    expect([...banded(before, new Map([two, three]), 'remove').keys()]).toEqual([1]);
    expect([...before.keys()]).toEqual([1, 2]);
  });

  test('scrolls near the edges, faster the farther out', () => {
    expect(edgeSpeed(400, 800)).toBe(0);
    expect(edgeSpeed(20, 800)).toBeLessThan(0);
    expect(edgeSpeed(790, 800)).toBeGreaterThan(0);
    expect(edgeSpeed(-500, 800)).toBeLessThan(edgeSpeed(20, 800));
    expect(edgeSpeed(9000, 800)).toBe(28);
  });
});

describe('headings', () => {
  test('a day by its name, a folder by its last part, a rating and steps with their word', () => {
    expect(heading(group('2026-11-21'), 'date desc', NOW).title).toBe('Today');
    expect(heading(group('/pics/ai/2026-11'), 'path asc', NOW)).toEqual({ title: '2026-11', detail: '/pics/ai' });
    expect(heading(group('8'), 'rating desc', NOW).title).toBe('Rated 8');
    expect(heading(group('20'), 'steps desc', NOW).title).toBe('20 steps');
    expect(heading(group('none'), 'model asc', NOW).title).toBe('None');
    expect(heading(group('A fox', 3, '17'), 'prompt asc', NOW).title).toBe('A fox');
  });

  test('are short beside the scrubber', () => {
    expect(shortHeading(group('/pics/ai/portraits'), 'path asc')).toBe('portr');
    expect(shortHeading(group('none'), 'rating')).toBe('–');
  });
});
