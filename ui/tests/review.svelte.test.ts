import { beforeEach, describe, expect, it, vi } from 'vitest';
import * as api from '../src/api/enrichment';
import * as library from '../src/api/library';
import { Review } from '../src/state/review.svelte';

vi.mock('../src/api/enrichment', async (original) => {
  const { allOf } = await original<typeof api>();
  return {
    allOf, results: vi.fn(), waitingTags: vi.fn(), acceptResults: vi.fn(), acceptSure: vi.fn(), rejectResults: vi.fn(), reopenResults: vi.fn(),
    retryResults: vi.fn(), settleTag: vi.fn(),
  };
});
vi.mock('../src/api/library');
vi.mock('../src/state/journal.svelte', () => ({ journal: { wrote: vi.fn(), undoAction: vi.fn() } }));
vi.mock('../src/state/curation.svelte', () => ({ curation: { token: 0 } }));
vi.mock('../src/state/refusals', () => ({ sayRefusal: vi.fn(), reasonOf: vi.fn() }));

/** What waits on the server: number of the result to its run. */
let there: Map<number, number>;
/** What was rejected there. */
let rejected: Map<number, number>;

const result = (id: number, run: number): api.WaitingResult => ({
  id, image_id: id, kind: 'tags', source: 'wd', model_version: '1', run_id: run, made_at: 0,
  payload: { tags: [{ name: 'fox', category: 'general', confidence: 0.9 }] },
});

function results({ runs }: api.Narrowed, state: api.ResultState, after: number, limit: number): Promise<api.WaitingPage> {
  const all = [...(state === 'waiting' ? there : rejected)].filter(([, run]) => !runs || runs.includes(run)).sort(([one], [other]) => one - other);
  const later = all.filter(([id]) => id > after);
  const items = later.slice(0, limit).map(([id, run]) => result(id, run));
  return Promise.resolve({ total: all.length, items, next: later.length > limit ? (items.at(-1)?.id ?? null) : null });
}

const shown = (review: Review): number[] => review.rows.map((row) => row.result.id);

beforeEach(() => {
  vi.resetAllMocks();
  there = new Map();
  rejected = new Map();
  vi.mocked(api.results).mockImplementation(results);
  vi.mocked(api.waitingTags).mockResolvedValue([]);
  vi.mocked(library.search).mockResolvedValue({ selection: 's' } as Awaited<ReturnType<typeof library.search>>);
  vi.mocked(library.items).mockResolvedValue([]);
});

describe('results that wait', () => {
  it('are those of one run, or all', async () => {
    there = new Map([[1, 7], [2, 8], [3, 8]]);
    const all = new Review('tags');
    await all.more();
    expect([shown(all), all.total]).toEqual([[1, 2, 3], 3]);
    const one = all.narrowed([8]);
    await one.more();
    expect([shown(one), one.total]).toEqual([[2, 3], 2]);
  });

  it('are found too where a run took over the number of an earlier one', async () => {
    there = new Map([[1, 7], [2, 8], [5, 8]]);
    const review = new Review('tags', [8]);
    await review.more();
    there.set(1, 8);
    await review.more();
    await review.more();
    expect(shown(review)).toEqual([2, 5, 1]);
    await review.more();
    expect(shown(review)).toEqual([2, 5, 1]);
  });

  it('come page by page', async () => {
    there = new Map(Array.from({ length: 120 }, (_, at) => [at + 1, 7]));
    const review = new Review('tags', [7]);
    for (const length of [50, 100, 120, 120]) {
      await review.more();
      expect(review.rows).toHaveLength(length);
    }
  });

  it('of a picture that is asked again come from a run of its own', async () => {
    there = new Map([[1, 7], [2, 7]]);
    const review = new Review('tags', [7]);
    await review.more();
    vi.mocked(api.retryResults).mockImplementation(() => {
      there.delete(1);
      there.set(3, 9);
      return Promise.resolve({ changed: 1, token: 1, journal: 1, runs: [9] } as Awaited<ReturnType<typeof api.retryResults>>);
    });
    const [row] = review.rows;
    if (row) await review.again(row);
    await review.more();
    expect(shown(review)).toEqual([1, 2, 3]);
    expect(review.rows.map((one) => one.verdict)).toEqual(['again', 'waiting', 'waiting']);
  });

  it('are accepted no further than they are shown', async () => {
    there = new Map([[1, 7], [2, 8]]);
    const review = new Review('tags', [8]);
    await review.more();
    vi.mocked(api.acceptResults).mockImplementation(() => {
      there.delete(2);
      return Promise.resolve({ changed: 1, token: 1, journal: 1 } as Awaited<ReturnType<typeof api.acceptResults>>);
    });
    await review.acceptAll({ general: 0.5 });
    expect(api.acceptResults).toHaveBeenCalledWith({ kind: 'tags', run_ids: [8] }, { general: 0.5 });
    expect(review.rows.map((one) => one.verdict)).toEqual(['accepted']);
    expect([review.total, review.canUndo]).toEqual([0, true]);
    expect(review.narrowed(null).canUndo).toBe(true);
  });

  it('lose their sure tags; the doubtful go on waiting', async () => {
    there = new Map([[1, 7], [2, 7]]);
    const review = new Review('tags', [7]);
    await review.more();
    vi.mocked(api.acceptSure).mockImplementation(() => {
      there.delete(1);
      return Promise.resolve({ changed: 2, token: 1, journal: 1 } as Awaited<ReturnType<typeof api.acceptSure>>);
    });
    await review.acceptSure(0.9, { general: 0.3 });
    expect(api.acceptSure).toHaveBeenCalledWith({ kind: 'tags', run_ids: [7] }, 0.9, { general: 0.3 });
    expect(review.rows.map((one) => one.verdict)).toEqual(['accepted', 'waiting']);
    expect([review.total, review.canUndo]).toEqual([1, true]);
  });
});

describe('results that were rejected', () => {
  it('are listed, and wait again when one asks for it', async () => {
    [there, rejected] = [new Map([[1, 7]]), new Map([[2, 7], [3, 7]])];
    const review = new Review('tags').narrowed([7], 'rejected');
    await review.more();
    await review.more();
    expect([shown(review), review.total, review.listed, review.waiting]).toEqual([[2, 3], 2, 2, 0]);
    expect(api.waitingTags).not.toHaveBeenCalled();
    vi.mocked(api.reopenResults).mockImplementation(() => {
      rejected.delete(2);
      there.set(2, 7);
      return Promise.resolve({ changed: 1, token: 1, journal: 1 } as Awaited<ReturnType<typeof api.reopenResults>>);
    });
    const [row] = review.rows;
    if (row) await review.reopen(row);
    expect(review.rows.map((one) => one.verdict)).toEqual(['waiting', 'rejected']);
    expect(review.total).toBe(1);
  });
});
