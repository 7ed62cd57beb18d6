/** Files from outside that are put into a folder of the library: asked about first, then sent one after the other. */
import { Unreachable } from '../api/client';
import * as places from '../api/places';
import type { Clash, Folder } from '../api/places';
import { t } from '../lib/messages.svelte';
import { placeIn } from '../lib/placeIn';
import { isReadable } from '../lib/readableFile';
import { failureText } from '../lib/told';
import { dialogs } from './dialogs.svelte';
import { files as fileActions } from './files.svelte';
import { folders } from './folders.svelte';
import { journal } from './journal.svelte';
import { reasonOf, sayRefusal } from './refusals';
import { refresh } from './show';
import { toasts } from './toasts.svelte';

export interface Sending {
  title: string;
  /** 0 to 1, over all bytes. */
  share: number;
  cancel: () => void;
}

interface Problem {
  name: string;
  message: string;
}

class Adding {
  /** What is sent now. */
  sending: Sending | null = $state.raw(null);
}

export const adding = new Adding();
let turn: Promise<void> = Promise.resolve();

/** Asks what the folder can take, and where a name is taken what to do; then sends. */
export async function addFiles(given: readonly File[], to: Folder): Promise<void> {
  if (given.length === 0) return;
  const problems: Problem[] = [];
  const plain: File[] = [];
  for (const file of given) {
    if (await isReadable(file)) plain.push(file);
    else problems.push({ name: file.name, message: t('inspect.folder') });
  }
  try {
    const { taken, refused } = await places.checkFilesToAdd(to.id, plain.map((file) => file.name));
    const unfit = new Set(refused.map((one) => one.name));
    const fit = plain.filter((file) => !unfit.has(file.name));
    problems.push(...refused);
    if (taken.length > 0) ask(fit, to, taken, problems);
    else await send(fit, to, 'refuse', problems);
  } catch (error) {
    sayRefusal(t('files.not-added'), error);
  }
}

function ask(fit: readonly File[], to: Folder, taken: readonly string[], problems: readonly Problem[]): void {
  const others = fit.filter((file) => !taken.includes(file.name));
  dialogs.show({
    kind: 'clash',
    title: t('files.not-added'),
    to,
    names: taken,
    stay: taken.length,
    rest: others.length,
    skip: () => send(others, to, 'refuse', problems),
    keepBoth: () => send(fit, to, 'number', problems),
    replace: async () => {
      if (await fileActions.putAside(taken.map((name) => placeIn(to, name)), t('files.not-added'))) await send(fit, to, 'refuse', problems);
    },
  });
}

/** One drop after the other, each as one action that undo takes back. */
function send(files: readonly File[], to: Folder, clash: Clash, problems: readonly Problem[]): Promise<void> {
  turn = turn.then(() => sendNow(files, to, clash, [...problems]));
  return turn;
}

async function sendNow(files: readonly File[], to: Folder, clash: Clash, problems: Problem[]): Promise<void> {
  const stopping = new AbortController();
  const all = files.reduce((sum, file) => sum + file.size, 0);
  let [sent, number, token]: [number, number | null, number | null] = [0, null, null];
  let done = 0;
  for (const [place, file] of files.entries()) {
    const tell = (bytes: number): void => say(place + 1, files.length, (sent + bytes) / Math.max(1, all), to, stopping);
    tell(0);
    try {
      const written = await places.addFile(file, { to: to.id, clash, journal: number }, tell, stopping.signal);
      [number, token] = [written.journal, written.token];
      const failed = written.problems.at(-1);
      if (written.done > done) done = written.done;
      else if (failed) problems.push({ name: file.name, message: failureText(failed.message, failed.told) });
    } catch (error) {
      if (stopping.signal.aborted || error instanceof Unreachable) break;
      problems.push({ name: file.name, message: reasonOf(error) ?? '' });
    }
    sent += file.size;
  }
  adding.sending = null;
  toasts.close('adding');
  await finished(done, problems, to, { journal: number, token });
}

function say(place: number, total: number, share: number, to: Folder, stopping: AbortController): void {
  const title = t('files.adding', { place, total, name: to.name });
  const cancel = (): void => stopping.abort();
  adding.sending = { title, share, cancel };
  toasts.show({ name: 'adding', kind: 'new', title, detail: t('common.percent', { value: Math.floor(share * 100) }), stays: true, action: { label: t('common.cancel'), run: cancel } });
}

async function finished(done: number, problems: readonly Problem[], to: Folder, written: { journal: number | null; token: number | null }): Promise<void> {
  const [first] = problems;
  const why = first ? t('files.why', { name: first.name, message: first.message }) : '';
  const detail = problems.length > 1 ? t('files.not-added-many', { count: problems.length, why }) : why;
  if (done === 0) {
    if (first) toasts.show({ name: 'added', kind: 'error', title: t('files.not-added'), detail });
    return;
  }
  journal.wrote(t('files.added', { count: done, name: to.name }), written, { name: 'added', kind: first ? 'warning' : 'done', detail });
  folders.moved(to);
  await folders.scan(to, false);
  await refresh();
}
