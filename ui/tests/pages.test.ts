import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Item } from '../src/api/types';
import * as library from '../src/api/library';
import { PAGE, Pages } from '../src/state/pages.svelte';

vi.mock('../src/api/library', () => ({ items: vi.fn() }));

const items = vi.mocked(library.items);
const item = (id: number, missing = false): Item => ({ id, missing }) as Item;
const page = (offset: number, missing: readonly number[] = []): Item[] =>
  Array.from({ length: PAGE }, (_, at) => item(offset + at, missing.includes(offset + at)));
const settled = (): Promise<void> => new Promise((done) => setTimeout(done));

let signals: AbortSignal[] = [];

beforeEach(() => {
  signals = [];
  items.mockReset().mockImplementation((_selection, offset, _limit, options) => {
    if (options?.signal) signals.push(options.signal);
    return Promise.resolve(page(offset));
  });
});

const made = (total = 2000): Pages => new Pages('s', total, () => expect.unreachable());

describe('pages of a result', () => {
  test('are asked for once, and cover a range', async () => {
    const pages = made();
    expect((await pages.range(150, 450)).map((one) => one.id)).toEqual(Array.from({ length: 300 }, (_, at) => 150 + at));
    await pages.range(150, 450);
    expect(items).toHaveBeenCalledTimes(3);
    expect(pages.item(150)?.id).toBe(150);
    expect(pages.item(900)).toBeUndefined();
  });

  test('that one has passed by are cancelled', () => {
    const pages = made();
    pages.want(0, 300);
    pages.want(1600, 1800);
    expect(signals.slice(0, 2).map((signal) => signal.aborted)).toEqual([true, true]);
  });

  test('in view are renewed in their place; what went missing is known as gone', async () => {
    const pages = made();
    pages.want(0, 100);
    await settled();
    items.mockImplementation(() => Promise.resolve(page(0, [7])));
    pages.renew();
    await settled();
    expect(items).toHaveBeenCalledTimes(2);
    expect([...pages.gone]).toEqual([7]);
    expect(pages.item(7)?.missing).toBe(true);
  });

  test('out of view are renewed when they come into view', async () => {
    const pages = made();
    await pages.load(4);
    pages.want(0, 100);
    await settled();
    pages.renew();
    await settled();
    expect(items).toHaveBeenCalledTimes(3);
    pages.want(800, 900);
    await settled();
    expect(items).toHaveBeenCalledTimes(4);
  });
});
