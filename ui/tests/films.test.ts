import { describe, expect, it } from 'vitest';
import { isFilm, previewWords } from '../src/lib/films';

describe('films', () => {
  it('are told from animations by their format', () => {
    for (const format of ['mp4', 'webm', 'mov', 'mkv', 'avi']) expect(isFilm({ format })).toBe(true);
    for (const format of ['gif', 'webp', 'png', 'avif', null]) expect(isFilm({ format })).toBe(false);
  });

  it('say how much of them a preview shows', () => {
    expect(previewWords(600)).toBe('Preview of the first 10 minutes');
    expect(previewWords(60)).toBe('Preview of the first minute');
    expect(previewWords(null)).toBeNull();
    expect(previewWords(undefined)).toBeNull();
  });
});
