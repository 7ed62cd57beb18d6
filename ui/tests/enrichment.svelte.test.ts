import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as api from '../src/api/enrichment';
import { Unreachable } from '../src/api/client';
import { Enrichment } from '../src/state/enrichment.svelte';
import { Unhurried } from '../src/state/unhurried';

vi.mock('../src/api/enrichment');

const run = (id: number, state: api.Run['state'] = 'running', done = 0): api.Run => ({
  id, kind: 'tags', stages: [], options: {}, query: '', held: true, state, total: 10, done, failed: 0, rate_per_s: 1,
  remaining_s: null, busy_s: 0, notices: [], message: null, resumable: false, made_at: 0, finished_at: null,
});
const ids = (enrichment: Enrichment): number[] => enrichment.runs.map((one) => one.id);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.resetAllMocks();
});

describe('runs of models', () => {
  it('are not asked for again while the server tells of them', async () => {
    vi.mocked(api.runs).mockResolvedValue([run(1)]);
    const enrichment = new Enrichment();
    enrichment.told(true);
    await enrichment.look();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(api.runs).toHaveBeenCalledTimes(1);
    enrichment.take([run(1, 'running', 5)]);
    expect(enrichment.of(1)?.done).toBe(5);
  });

  it('are asked for while the stream is down and one of them goes on, also where an answer fails', async () => {
    vi.mocked(api.runs).mockResolvedValueOnce([run(1)]).mockRejectedValueOnce(new Unreachable('')).mockResolvedValue([run(1, 'done', 10)]);
    const enrichment = new Enrichment();
    enrichment.told(true);
    await enrichment.look();
    enrichment.told(false);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(api.runs).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(enrichment.of(1)?.state).toBe('done');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(api.runs).toHaveBeenCalledTimes(3);
  });

  it('stay where an event is older than the newest, or tells only of the last ones', () => {
    const enrichment = new Enrichment();
    enrichment.take([run(3), run(2), run(1)]);
    enrichment.take([run(3, 'done'), run(2)]);
    expect(ids(enrichment)).toEqual([3, 2, 1]);
    enrichment.take([run(4)]);
    enrichment.take([run(3), run(2)]);
    expect(ids(enrichment)).toEqual([4, 3, 2, 1]);
    enrichment.take([run(4), run(2)]);
    expect(ids(enrichment)).toEqual([4, 2, 1]);
  });
});

describe('unhurried work', () => {
  it('is done at once, and then once for all who asked while it rested', async () => {
    const work = vi.fn(async () => undefined);
    const unhurried = new Unhurried(work);
    for (let times = 0; times < 5; times += 1) unhurried.ask();
    expect(work).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(600);
    expect(work).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(work).toHaveBeenCalledTimes(2);
    unhurried.ask();
    expect(work).toHaveBeenCalledTimes(3);
  });

  it('rests ten times as long as it took', async () => {
    const work = vi.fn(() => new Promise<void>((done) => setTimeout(done, 1_000)));
    const unhurried = new Unhurried(work);
    unhurried.ask();
    unhurried.ask();
    await vi.advanceTimersByTimeAsync(10_900);
    expect(work).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(work).toHaveBeenCalledTimes(2);
  });
});
