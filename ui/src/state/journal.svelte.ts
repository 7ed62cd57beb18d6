/** What was done on this page with files, folders, albums and tags, and taking it back; ratings keep their own list. */
import * as library from '../api/library';
import * as places from '../api/places';
import { t } from '../lib/messages.svelte';
import { address } from './address.svelte';
import { curation } from './curation.svelte';
import { grid } from './grid.svelte';
import { reasonOf, sayRefusal } from './refusals';
import { result } from './result.svelte';
import { selected } from './selected.svelte';
import { refresh } from './show';
import { sidebar } from './sidebar.svelte';
import { toasts, type ToastAction, type ToastKind } from './toasts.svelte';
import { viewer } from './viewer.svelte';

export interface Done {
  journal: number;
  /** What was done, as its message said: "Moved 3 pictures to 2026-10". */
  title: string;
}

const MOST_SELECTED = 500;

class Journal {
  #done: Done[] = [];
  #turn: Promise<void> = Promise.resolve();
  /** Grows with everything that was done or undone here: lists of what was done ask again. */
  version = $state(0);

  /** Something was written; the page shows it, and Undo takes it back. */
  wrote(title: string, written: { token: number | null; journal: number | null }, more: Announcement = {}): void {
    curation.token = Math.max(curation.token, written.token ?? 0);
    this.version += 1;
    const { journal } = written;
    if (journal !== null) this.#done.push({ journal, title });
    const action = journal === null ? undefined : this.#undoAction(journal);
    if (!more.quiet) toasts.show({ name: more.name ?? 'done', kind: more.kind ?? 'done', title, detail: more.detail, action });
    void sidebar.refresh();
  }

  /** Takes back the last thing that was done here, be it a rating or a move. */
  undo(): Promise<void> {
    return this.#inTurn(() => this.#undoLast());
  }

  /** Takes back one action by its number; says what it was, and selects what it changed. */
  undoAction(number: number): Promise<void> {
    return this.#inTurn(() => this.#undoOne(number));
  }

  /** One after the other: two presses of Ctrl+Z take back two actions, not one of them twice. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(work, work);
    return this.#turn;
  }

  async #undoLast(): Promise<void> {
    await curation.flush();
    const last = this.#done.at(-1);
    const rated = curation.lastJournal;
    if (rated !== null && (!last || rated > last.journal)) await this.#shown(await curation.undo());
    else if (last) await this.#undoOne(last.journal);
    else toasts.show({ name: 'done', kind: 'warning', title: t('files.nothing-to-undo'), detail: t('files.nothing-to-undo-detail') });
  }

  async #undoOne(number: number): Promise<void> {
    const known = this.#done.find((one) => one.journal === number);
    try {
      const undone = await library.undo(number);
      this.#done = this.#done.filter((one) => one.journal !== number);
      toasts.close(`files-${number}`); // its Undo has nothing to undo any more
      curation.undone(number);
      curation.token = Math.max(curation.token, undone.token);
      toasts.show({ name: 'done', kind: 'done', title: t('files.undid', { what: known?.title ?? t('files.an-action') }) });
      await this.#shown(undone.image_ids);
    } catch (error) {
      sayRefusal(t('files.not-undone'), error);
    }
  }

  /** Does again what was undone last, if nothing was done since. */
  async redo(): Promise<void> {
    await curation.flush();
    try {
      const done = await places.redo();
      const title = t('files.redid', { count: done.changed });
      this.wrote(title, done);
      await this.#shown(done.image_ids);
    } catch (error) {
      const reason = reasonOf(error);
      if (reason !== null) toasts.show({ name: 'done', kind: 'warning', title: t('files.not-redone'), detail: reason });
    }
  }

  /** Asks for the result again, and selects the pictures that something happened to. */
  async #shown(ids: readonly number[]): Promise<void> {
    this.version += 1;
    void sidebar.now();
    if (viewer.isOpen) return; // the picture in it stays
    await refresh();
    if (ids.length > 0 && !address.route.page) await selectPictures(ids);
  }

  #undoAction(journal: number): ToastAction {
    return { label: t('common.undo'), command: 'app.undo', run: () => void this.undoAction(journal) };
  }
}

export interface Announcement {
  name?: string;
  kind?: ToastKind;
  detail?: string;
  /** One can see what happened, so that no message is needed. */
  quiet?: boolean;
}

/** Selects those of these pictures that are in the result, and goes to the first one. */
async function selectPictures(ids: readonly number[]): Promise<void> {
  const wanted = ids.slice(0, MOST_SELECTED);
  const found = await library.search({ q: `id:${wanted.join(',')}`, sort: result.sort, after: curation.token });
  const items = await library.items(found.selection, 0, wanted.length);
  const shown = result.shown;
  if (!shown || items.length === 0) return;
  const index = await library.indexOf(shown.selection, items[0]?.id ?? 0);
  if (index === null) return;
  selected.restore(items);
  selected.focus = index;
  if (!grid.isInView(index)) grid.reveal(index);
}

export const journal = new Journal();
