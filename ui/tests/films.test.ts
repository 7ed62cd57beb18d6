import { describe, expect, it } from 'vitest';
import { isAnimation, isFilm, previewWords } from '../src/lib/films';

describe('films', () => {
  it('are told from animations by their format', () => {
    for (const format of ['mp4', 'webm', 'mov', 'mkv', 'avi']) expect(isFilm({ format })).toBe(true);
    for (const format of ['gif', 'webp', 'png', 'avif', null]) expect(isFilm({ format })).toBe(false);
  });

  it('are no animations, which are pictures with a length', () => {
    expect(isAnimation({ format: 'gif', duration_s: 2 })).toBe(true);
    expect(isAnimation({ format: 'gif', duration_s: null })).toBe(false);
    expect(isAnimation({ format: 'mp4', duration_s: 2 })).toBe(false);
  });

  it('say how much of them a preview shows', () => {
    expect(previewWords(600)).toBe('Preview of the first 10 minutes');
    expect(previewWords(60)).toBe('Preview of the first minute');
    expect(previewWords(null)).toBeNull();
    expect(previewWords(undefined)).toBeNull();
  });
});
