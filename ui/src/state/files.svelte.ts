/** Moving, copying, naming and deleting the files of pictures: planned first, done as a job, told and undoable. */
import { SvelteMap } from 'svelte/reactivity';
import * as library from '../api/library';
import * as places from '../api/places';
import type { Clash, DeleteHow, FilePreview, FilesDone, Folder } from '../api/places';
import { t, type MessageKey } from '../lib/messages.svelte';
import { failureText } from '../lib/told';
import { placeIn } from '../lib/placeIn';
import { exactText } from '../lib/query/quote';
import { dialogs } from './dialogs.svelte';
import { folders } from './folders.svelte';
import { journal } from './journal.svelte';
import type { Named, Picked } from './picked';
import { sayRefusal } from './refusals';
import { refresh } from './show';
import { toasts } from './toasts.svelte';

export interface FilesJob {
  journal: number;
  title: string;
  done: number;
  total: number;
}

/** How one action is called while it runs, when it is done, and when nothing came of it. */
interface Words {
  running: MessageKey;
  done: MessageKey;
  none: MessageKey;
  name?: string;
}

const LOOK_AGAIN_MS = 500;
const PATHS_AT_ONCE = 20;

class Files {
  /** What the server works off in the background. */
  readonly running = new SvelteMap<number, FilesJob>();

  /** Moves or copies pictures into a folder; asks where a file of the name is there already. */
  async move(picked: Picked, to: Folder, copying: boolean): Promise<void> {
    const words = moving(copying, to);
    try {
      const { plan } = await places.moveFiles(picked.named, { to: to.id, copying, clash: 'refuse', dryRun: true });
      const clashes = plan?.items.filter((item) => item.taken) ?? [];
      if (plan && clashes.length > 0) {
        dialogs.show({
          kind: 'clash',
          title: t(words.none),
          to,
          names: clashes.map((clash) => nameOf(clash.source)),
          stay: plan.stay,
          rest: picked.count - clashes.length,
          skip: () => this.moveNow(picked, to, copying, 'refuse'),
          keepBoth: () => this.moveNow(picked, to, copying, 'number'),
          // Details are known of the first hundred only.
          replace: plan.stay <= clashes.length ? () => this.replace(picked, to, copying, clashes) : undefined,
        });
      } else await this.moveNow(picked, to, copying, 'refuse');
    } catch (error) {
      sayRefusal(t(words.none), error);
    }
  }

  /** The same, once it is known what to do with names that are taken: "number" keeps both, "refuse" skips. */
  async moveNow(picked: Picked, to: Folder, copying: boolean, clash: Clash): Promise<void> {
    const words = moving(copying, to);
    try {
      const done = await places.moveFiles(picked.named, { to: to.id, copying, clash });
      folders.moved(to);
      await this.#follow(done, words);
    } catch (error) {
      sayRefusal(t(words.none), error);
    }
  }

  /** Puts what is in the way into the recycle bin, then moves; two actions, each of which can be undone. */
  async replace(picked: Picked, to: Folder, copying: boolean, clashes: readonly FilePreview[]): Promise<void> {
    const paths = clashes.map((clash) => placeIn(to, nameOf(clash.source)));
    if (await this.putAside(paths, t(moving(copying, to).none))) await this.moveNow(picked, to, copying, 'refuse');
  }

  /** Puts the pictures that lie at these paths into the recycle bin; false where that was refused. */
  async putAside(paths: readonly string[], refused: string): Promise<boolean> {
    try {
      const there = await picturesAt(paths);
      if (there.length > 0) await this.#follow(await places.deleteFiles({ image_ids: there }, 'trash', there.length), BINNED);
      return true;
    } catch (error) {
      sayRefusal(refused, error);
      return false;
    }
  }

  /** Throws what the server refused it with. */
  async rename(named: Named, asked: Parameters<typeof places.renameFiles>[1]): Promise<void> {
    await this.#follow(await places.renameFiles(named, asked, false), RENAMED);
  }

  /** Throws what the server refused it with: another number of pictures than was agreed to, for one. */
  async remove(what: Named | { marked: true }, how: DeleteHow, expected: number): Promise<void> {
    const words: Record<DeleteHow, Words> = { trash: BINNED, for_good: DELETED, entry: REMOVED };
    await this.#follow(await places.deleteFiles(what, how, expected), words[how]);
  }

  /** Follows tags and captions that are written out. Throws what the server refused it with. */
  async written(act: () => Promise<FilesDone>): Promise<void> {
    await this.#follow(await act(), WRITTEN);
  }

  /** Reads the metadata of pictures anew, in the background. */
  async readAgain({ named }: Picked): Promise<void> {
    try {
      await places.readAgain(named);
    } catch (error) {
      sayRefusal(t('files.not-read-again'), error);
    }
  }

  async showInFileManager(picture: number): Promise<void> {
    try {
      await places.openInFileManager({ image_id: picture });
    } catch (error) {
      sayRefusal(t('files.not-shown'), error);
    }
  }

  async #follow(first: FilesDone, words: Words): Promise<void> {
    const { journal: number } = first;
    const name = `files-${number ?? 'none'}`;
    let now = first;
    while (now.left > 0 && number !== null) {
      this.#tell(name, number, now, words);
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      now = await places.filesAction(number);
    }
    if (number !== null) this.running.delete(number);
    this.#finished(name, now, words);
    await refresh();
  }

  #tell(name: string, number: number, now: FilesDone, words: Words): void {
    const done = now.total - now.left;
    const title = t(words.running, { done, total: now.total, name: words.name ?? '' });
    this.running.set(number, { journal: number, title, done, total: now.total });
    const cancel = { label: t('common.cancel'), run: () => void this.cancel(number) };
    toasts.show({ name, kind: 'new', title, stays: true, action: cancel });
  }

  /** Leaves what was not begun; what was done can be undone. */
  async cancel(number: number): Promise<void> {
    try {
      await places.cancelFilesAction(number);
    } catch (error) {
      sayRefusal(t('files.not-cancelled'), error);
    }
  }

  #finished(name: string, { done, failed, problems, journal: number, token }: FilesDone, words: Words): void {
    const first = problems.find((problem) => problem.failed) ?? problems[0];
    const why = first ? t('files.why', { name: first.path.split(/[\\/]/).at(-1) ?? '', message: failureText(first.message, first.told) }) : '';
    if (done === 0) {
      toasts.show({ name, kind: 'error', title: t(words.none), detail: why });
      return;
    }
    const detail = failed > 0 ? t('files.some-stayed', { count: failed, why }) : why;
    const title = t(words.done, { count: done, name: words.name ?? '' });
    journal.wrote(title, { token, journal: number }, { name, kind: failed > 0 ? 'warning' : 'done', detail });
  }
}

const BINNED: Words = { running: 'files.binning', done: 'files.binned', none: 'files.not-deleted' };
const DELETED: Words = { running: 'files.deleting', done: 'files.deleted', none: 'files.not-deleted' };
const REMOVED: Words = { running: 'files.removing', done: 'files.removed', none: 'files.not-removed' };
const WRITTEN: Words = { running: 'enrich.writing-out', done: 'enrich.written-out', none: 'enrich.not-written-out' };
const RENAMED: Words = { running: 'files.renaming', done: 'files.renamed', none: 'files.not-renamed' };

const moving = (copying: boolean, to: Folder): Words =>
  copying
    ? { running: 'files.copying', done: 'files.copied', none: 'files.not-copied', name: to.name }
    : { running: 'files.moving', done: 'files.moved', none: 'files.not-moved', name: to.name };

const nameOf = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

/** Numbers of the pictures that lie at these paths; `path:` takes patterns, so that what it finds is compared. */
async function picturesAt(paths: readonly string[]): Promise<number[]> {
  const wanted = new Set(paths);
  const found: number[] = [];
  for (let at = 0; at < paths.length; at += PATHS_AT_ONCE) {
    const q = paths.slice(at, at + PATHS_AT_ONCE).map((path) => `path:${exactText(path)}`).join(' OR ');
    const { selection, total } = await library.search({ q, sort: 'date' });
    const items = await library.items(selection, 0, Math.min(total, 1000));
    found.push(...items.filter((item) => wanted.has(item.path)).map((item) => item.id));
  }
  return found;
}

export const files = new Files();
