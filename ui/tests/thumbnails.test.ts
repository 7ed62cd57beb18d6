import { beforeEach, expect, it, vi } from 'vitest';
import * as library from '../src/api/library';
import { forgetThumbnails, keptThumbnail, thumbnail, thumbnailsShown } from '../src/state/thumbnails';

vi.mock('../src/api/library');

const SIZE = 500_000;
const MOST_MB = 6;

const address = (id: number): string => `/thumbnail/${id}`;

/** What the page does with an image, and nothing else of one. */
function image(): HTMLImageElement {
  return { dataset: {}, src: '', decode: () => Promise.resolve(), addEventListener() {}, removeEventListener() {} } as unknown as HTMLImageElement;
}

async function show(ids: number[]): Promise<HTMLImageElement[]> {
  const images = ids.map((id) => {
    const one = image();
    thumbnail({ id, size: 256, version: '1' }, id)(one);
    return one;
  });
  await thumbnailsShown(1_000);
  return images;
}

beforeEach(() => {
  forgetThumbnails();
  vi.mocked(library.thumbnailAddress).mockImplementation(address);
  vi.mocked(library.thumbnails).mockImplementation((ids) => Promise.resolve(ids.map((id) => String(id).padEnd(SIZE, '='))));
});

it('shows what was shown before without asking again', async () => {
  await show([1, 2]);
  const [again] = await show([2]);
  expect(again?.src).toContain('base64,2');
  expect(library.thumbnails).toHaveBeenCalledTimes(1);
});

it('keeps the latest thumbnails, and a few megabytes of them', async () => {
  const ids = Array.from({ length: 40 }, (_, id) => id);
  for (const id of ids) await show([id]);
  const kept = ids.filter((id) => keptThumbnail(address(id)) !== undefined);
  expect(kept.at(-1)).toBe(39);
  expect(kept.length).toBeGreaterThan(4);
  expect(kept.reduce((sum, id) => sum + (keptThumbnail(address(id))?.length ?? 0), 0)).toBeLessThan(MOST_MB * 1e6);
});
