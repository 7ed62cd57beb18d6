/** What the server tells by itself: progress of scans, changes of the library, and that it is gone. */
import * as library from '../api/library';
import type { Run } from '../api/enrichment';
import type { ModelWork } from '../api/places';
import type { NsfwAnswer, NsfwMode } from '../api/settings';
import type { Root, ScanRun, Status } from '../api/types';
import { enrichment } from './enrichment.svelte';
import { modelJobs } from './modelWork.svelte';
import { forgetThumbnails } from './thumbnails';

/** A stream that ends sooner is not opened again at once. */
const SHORTEST_STREAM_MS = 2000;
const RETRY_S = [2, 3, 5, 10];

export const isRunning = (scan: ScanRun): boolean => scan.state === 'running';
/** A person paused it; or it waits to go on after that. */
export const isPaused = (scan: ScanRun): boolean => scan.state === 'paused' || scan.state === 'waiting';

type Listener = () => void;

/** What of a root changes by itself. */
export type RootNews = Pick<Root, 'id' | 'state' | 'scanned_at' | 'watching' | 'watching_reason'>;

/** Events that change no picture by themselves, so that none of them comes as "changed". */
const PLACES = ['folders', 'albums', 'tags', 'queries'] as const;

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
  #changed: ((revision: number) => void)[] = [];
  #places: Listener[] = [];
  #roots: ((news: readonly RootNews[]) => void)[] = [];
  #back: Listener[] = [];
  #ended: Listener[] = [];

  readonly running = $derived(this.scans.filter(isRunning));
  /** Progress of all running scans together, 0 to 1; null while a total is not known. */
  readonly progress = $derived.by(() => {
    const [done, total] = this.running.reduce(([d, t], scan) => [d + scan.done, t + (scan.total ?? 0)], [0, 0]);
    return total > 0 ? Math.min(1, done / total) : null;
  });

  /** The library has another revision than before, or the stream of events begins and says which it has. */
  onChanged(listener: (revision: number) => void): void {
    this.#changed.push(listener);
  }
  /** Folders, albums, tags or saved searches changed, here or in another window. */
  onPlaces(listener: Listener): void {
    this.#places.push(listener);
  }
  /** How the roots are now: on arrival, and whenever that is different. */
  onRoots(listener: (news: readonly RootNews[]) => void): void {
    this.#roots.push(listener);
  }
  onBack(listener: Listener): void {
    this.#back.push(listener);
  }
  onScanEnded(listener: Listener): void {
    this.#ended.push(listener);
  }

  /** Greets the server; the rest of what it tells comes later, so that the pictures come first. */
  async start(): Promise<void> {
    if (await this.#greet()) void this.#follow();
  }

  /** Somebody changed what becomes of pictures that are marked NSFW. */
  nsfwMode(mode: NsfwMode): void {
    if (mode === 'hide') forgetThumbnails(); // what is hidden must not come out of the page's memory
    if (this.status) this.status = { ...this.status, nsfw_mode: mode };
  }

  /** A request got no answer. */
  lost(): void {
    if (this.gone) return;
    this.gone = true;
    this.#source?.close();
    this.#source = null;
    enrichment.told(false);
    this.#tries = 0;
    this.#countDown();
  }

  async tryNow(): Promise<void> {
    if (await this.#greet()) await this.#follow();
  }

  /** Learns which collection everything is about; false where nobody answers. */
  async #greet(): Promise<boolean> {
    clearTimeout(this.#timer);
    try {
      this.status = await library.status();
      library.openCollection(this.status.collection);
      return true;
    } catch {
      this.gone = true;
      this.#countDown();
      return false;
    }
  }

  async #follow(): Promise<void> {
    try {
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
    source.addEventListener('open', () => enrichment.told(true));
    source.addEventListener('scan', (event: MessageEvent<string>) => this.#take(JSON.parse(event.data) as ScanRun[]));
    source.addEventListener('changed', (event: MessageEvent<string>) => {
      this.lastReply = Date.now();
      const { revision } = JSON.parse(event.data) as { revision: number };
      for (const listener of this.#changed) listener(revision);
    });
    source.addEventListener('enrichment', (event: MessageEvent<string>) => enrichment.take(JSON.parse(event.data) as Run[]));
    source.addEventListener('models', (event: MessageEvent<string>) => modelJobs.take(JSON.parse(event.data) as ModelWork[]));
    source.addEventListener('roots', (event: MessageEvent<string>) => {
      const news = JSON.parse(event.data) as RootNews[];
      for (const listener of this.#roots) listener(news);
    });
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
    enrichment.told(false);
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
