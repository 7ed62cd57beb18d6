import { beforeEach, expect, it, vi } from 'vitest';
import * as library from '../src/api/library';
import { forgetThumbnails, keptThumbnail, thumbnail, thumbnailsShown } from '../src/state/thumbnails';

vi.mock('../src/api/library');

const SIDE = 1_000;
const MOST_KEPT_MB = 50;

const address = (id: number): string => `/thumbnail/${id}`;
const file = (text: string): Blob => new Blob([text]);

/** Pixels of a picture: what is drawn of them, and whether they were given back. */
interface Pixels {
  width: number;
  height: number;
  text: string;
  close: () => void;
}

const decoded: Pixels[] = [];

async function decode(blob: Blob): Promise<Pixels> {
  const text = await blob.text();
  if (text === 'broken') throw new DOMException('', 'InvalidStateError');
  const pixels: Pixels = { width: SIDE, height: SIDE, text, close: () => (pixels.width = pixels.height = 0) };
  decoded.push(pixels);
  return pixels;
}

interface Canvas {
  width: number;
  height: number;
  dataset: { state?: string };
  drawn: string;
}

/** What the page does with a canvas, and nothing else of one. */
function canvas(): Canvas {
  const made: Canvas = { width: 0, height: 0, dataset: {}, drawn: '' };
  return Object.assign(made, { getContext: () => ({ drawImage: ({ text }: Pixels) => (made.drawn = text) }) });
}

function put(id: number, onfailure?: () => void): { tile: Canvas; leave: () => void } {
  const tile = canvas();
  return { tile, leave: thumbnail({ id, size: 256, version: '1' }, id, onfailure)(tile as unknown as HTMLCanvasElement) };
}

async function show(ids: number[]): Promise<Canvas[]> {
  const tiles = ids.map((id) => put(id).tile);
  await thumbnailsShown(1_000);
  return tiles;
}

beforeEach(() => {
  forgetThumbnails();
  vi.resetAllMocks();
  decoded.length = 0;
  vi.stubGlobal('createImageBitmap', decode);
  vi.stubGlobal('window', globalThis);
  vi.mocked(library.thumbnailAddress).mockImplementation(address);
  vi.mocked(library.thumbnails).mockImplementation((ids) => Promise.resolve(ids.map((id) => file(`${id}`))));
});

it('draws what came, each into its own tile', async () => {
  const tiles = await show([1, 2, 3]);
  expect(tiles.map(({ drawn, width, dataset }) => [drawn, width, dataset.state])).toEqual(['1', '2', '3'].map((text) => [text, SIDE, 'known']));
  expect(library.thumbnails).toHaveBeenCalledTimes(1);
});

it('shows what was shown before at once, without asking again', async () => {
  await show([1, 2]);
  expect(put(2).tile.drawn).toBe('2');
  expect(library.thumbnails).toHaveBeenCalledTimes(1);
});

it('keeps the latest thumbnails, and gives back the pixels of all others', async () => {
  const ids = Array.from({ length: 40 }, (_, id) => id);
  for (const id of ids) await show([id]);
  const kept = ids.filter((id) => keptThumbnail(address(id)) !== undefined);
  expect(kept.at(-1)).toBe(39);
  expect(kept.length).toBeGreaterThan(4);
  expect(decoded.filter((pixels) => pixels.width > 0).length).toBe(kept.length);
  expect(decoded.reduce((sum, { width, height }) => sum + width * height * 4, 0)).toBeLessThan(MOST_KEPT_MB * 1e6);
});

it('gives back the pixels of a tile that goes', async () => {
  const { tile, leave } = put(1);
  await thumbnailsShown(1_000);
  expect(tile.width).toBe(SIDE);
  leave();
  expect([tile.width, tile.height]).toEqual([0, 0]);
});

it('draws nothing into a tile that went while its thumbnail came', async () => {
  const { tile, leave } = put(1);
  await Promise.resolve();
  leave();
  await thumbnailsShown(1_000);
  expect(tile.drawn).toBe('');
});

it('asks by its own address for what the server has not at hand', async () => {
  vi.mocked(library.thumbnails).mockImplementation((ids) => Promise.resolve(ids.map(() => null)));
  vi.mocked(library.thumbnailFile).mockImplementation((asked) => Promise.resolve(file(asked)));
  const [tile] = await show([7]);
  expect(tile?.drawn).toBe(address(7));
  expect(tile?.dataset.state).toBe('loaded');
});

it('tries what cannot be read three times, then says so', async () => {
  vi.useFakeTimers();
  vi.mocked(library.thumbnails).mockRejectedValue(new Error('gone'));
  vi.mocked(library.thumbnailFile).mockResolvedValue(file('broken'));
  const failed = vi.fn();
  const { tile } = put(7, failed);
  await vi.runAllTimersAsync();
  vi.useRealTimers();
  expect(library.thumbnailFile).toHaveBeenCalledTimes(3);
  expect(failed).toHaveBeenCalledTimes(1);
  expect(tile.dataset.state).toBe('failed');
});
