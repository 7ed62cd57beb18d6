import { afterEach, describe, expect, test } from 'vitest';
import { bytes, count, dateTime, groupTitle, percent, remaining } from '../src/lib/format';
import { browserLanguage, locale } from '../src/lib/locale.svelte';
import { t } from '../src/lib/messages.svelte';
import { steadyRest } from '../src/lib/scans';

afterEach(() => locale.use('en'));

describe('languages', () => {
  test('the first one of the browser that we speak', () => {
    expect(browserLanguage(['pt-BR', 'fr-CA', 'en'])).toBe('fr');
    expect(browserLanguage(['pt-BR'])).toBe('en');
  });
  test('messages know numbers and plurals', () => {
    expect(t('common.pictures', { count: 1 })).toBe('1 picture');
    expect(t('common.pictures', { count: 12_418 })).toBe('12,418 pictures');
  });
  test('numbers, dates and texts follow the language', async () => {
    await locale.use('de');
    expect([count(12_418), bytes(14_100_000)]).toEqual(['12.418', expect.stringMatching(/^14,1\s/)]);
    expect(dateTime(0)).toMatch(/1970/);
    expect(groupTitle('2025-03-14', '', new Date(2026, 1, 1)).title).toBe('14. März 2025');
    expect(t('common.app')).toBe('Diffusion Toolkit');
  });
  test('the last language asked for wins', async () => {
    await Promise.all([locale.use('ja'), locale.use('en')]);
    expect(locale.language).toBe('en');
  });
});

describe('progress', () => {
  test('is short', () => {
    expect([percent(0.614), remaining(59), remaining(3599)]).toEqual(['61 %', '59 s', '1 h 0 min']);
  });
  test('time left never jumps up by little', () => {
    expect([steadyRest(100, 110), steadyRest(100, 130), steadyRest(100, 90), steadyRest(null, 5)]).toEqual([100, 130, 90, 5]);
  });
});
