/** What the server tells by itself: progress of scans, changes of the library, and that it is gone. */
import * as library from '../api/library';
import type { ModelWork } from '../api/places';
import type { NsfwAnswer, NsfwMode } from '../api/settings';
import type { ScanRun, Status } from '../api/types';
import { modelJobs } from './modelWork.svelte';

/** A stream that ends sooner is not opened again at once. */
const SHORTEST_STREAM_MS = 2000;
const RETRY_S = [2, 3, 5, 10];

export const isRunning = (scan: ScanRun): boolean => scan.state === 'running';

type Listener = () => void;

/** Events that change no picture by themselves, so that none of them comes as "changed". */
const PLACES = ['roots', 'folders', 'albums', 'tags', 'queries'] as const;

class Live {
  scans: ScanRun[] = $state.raw([]);
  status: Status | null = $state.raw(null);
  /** Set while the server does not answer. */
  gone = $state(false);
  nextTryS = $state(0);
  lastReply = $state(Date.now());
  /** Grows each time the server is back: what failed meanwhile is tried again. */
  epoch = $state(0);
  #listeningSince = 0;
  #source: EventSource | null = null;
  #tries = 0;
  #timer: number | undefined;
  #changed: Listener[] = [];
  #places: Listener[] = [];
  #back: Listener[] = [];
  #ended: Listener[] = [];

  readonly running = $derived(this.scans.filter(isRunning));
  /** Progress of all running scans together, 0 to 1; null while a total is not known. */
  readonly progress = $derived.by(() => {
    const [done, total] = this.running.reduce(([d, t], scan) => [d + scan.done, t + (scan.total ?? 0)], [0, 0]);
    return total > 0 ? Math.min(1, done / total) : null;
  });

  onChanged(listener: Listener): void {
    this.#changed.push(listener);
  }
  /** Folders, albums, tags or saved searches changed, here or in another window. */
  onPlaces(listener: Listener): void {
    this.#places.push(listener);
  }
  onBack(listener: Listener): void {
    this.#back.push(listener);
  }
  onScanEnded(listener: Listener): void {
    this.#ended.push(listener);
  }

  async start(): Promise<void> {
    await this.tryNow();
  }

  /** Somebody changed what becomes of pictures that are marked NSFW. */
  nsfwMode(mode: NsfwMode): void {
    if (this.status) this.status = { ...this.status, nsfw_mode: mode };
  }

  /** A request got no answer. */
  lost(): void {
    if (this.gone) return;
    this.gone = true;
    this.#source?.close();
    this.#source = null;
    this.#tries = 0;
    this.#countDown();
  }

  async tryNow(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      this.status = await library.status();
      library.openCollection(this.status.collection);
      this.#take(await library.scans());
    } catch {
      this.gone = true;
      this.#countDown();
      return;
    }
    const wasGone = this.gone;
    this.gone = false;
    this.#tries = 0;
    this.lastReply = Date.now();
    this.#listen();
    if (wasGone) this.epoch += 1;
    if (wasGone) for (const listener of this.#back) listener();
  }

  #listen(): void {
    this.#source?.close();
    const source = new EventSource(library.eventsAddress());
    this.#source = source;
    this.#listeningSince = Date.now();
    source.addEventListener('scan', (event: MessageEvent<string>) => this.#take(JSON.parse(event.data) as ScanRun[]));
    source.addEventListener('changed', () => {
      this.lastReply = Date.now();
      for (const listener of this.#changed) listener();
    });
    source.addEventListener('models', (event: MessageEvent<string>) => modelJobs.take(JSON.parse(event.data) as ModelWork[]));
    for (const subject of PLACES) {
      source.addEventListener(subject, () => {
        for (const listener of this.#places) listener();
      });
    }
    source.addEventListener('nsfw', (event: MessageEvent<string>) => this.nsfwMode((JSON.parse(event.data) as NsfwAnswer).mode));
    source.addEventListener('error', () => this.#dropped(source));
  }

  /** The stream ended; that alone does not mean that the server is gone. */
  #dropped(source: EventSource): void {
    source.close();
    if (this.#source !== source) return;
    this.#source = null;
    clearTimeout(this.#timer);
    const soon = Date.now() - this.#listeningSince < SHORTEST_STREAM_MS;
    this.#timer = window.setTimeout(() => void this.tryNow(), soon ? SHORTEST_STREAM_MS : 0);
  }

  #take(scans: ScanRun[]): void {
    const before = this.running.length;
    this.lastReply = Date.now();
    this.scans = scans;
    if (before > 0 && this.running.length === 0) for (const listener of this.#ended) listener();
  }

  #countDown(): void {
    this.nextTryS = RETRY_S[Math.min(this.#tries, RETRY_S.length - 1)] as number;
    this.#tries += 1;
    const step = (): void => {
      this.nextTryS -= 1;
      if (this.nextTryS <= 0) void this.tryNow();
      else this.#timer = window.setTimeout(step, 1000);
    };
    this.#timer = window.setTimeout(step, 1000);
  }
}

export const live = new Live();
