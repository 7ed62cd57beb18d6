/** Files that somebody drops or chooses to see what they hold; nothing of them is indexed or kept. */
import { inspectFile, LARGEST_BYTES, type Inspected } from '../api/inspect';
import { bytes } from '../lib/format';
import { t } from '../lib/messages.svelte';
import { isReadable } from '../lib/readableFile';
import { reasonOf } from './refusals';

class Inspecting {
  files: readonly File[] = $state.raw([]);
  index = $state(0);
  found: Inspected | null = $state.raw(null);
  failure: string | null = $state.raw(null);
  /** Address of the file in this browser, to show its picture. */
  address = $state('');
  #request: AbortController | null = null;
  #input: HTMLInputElement | null = null;

  /** The dialog is there and asks for a file. */
  #asking = $state(false);
  readonly isOpen = $derived(this.#asking || this.files.length > 0);
  readonly file = $derived(this.files[this.index]);

  open(files: readonly File[]): void {
    if (files.length === 0) return;
    this.files = files;
    this.#read(0);
  }

  step(by: 1 | -1): void {
    if (this.index + by >= 0 && this.index + by < this.files.length) this.#read(this.index + by);
  }

  close(): void {
    this.#forget();
    this.files = [];
    this.#asking = false;
  }

  /** Shows the dialog first: browsers open theirs after a click or Enter, not after a key that is theirs as well. */
  ask(): void {
    if (!this.isOpen) this.#asking = true;
  }

  /** Asks for files with the browser's own dialog. */
  choose(): void {
    this.#input ??= this.#fileInput();
    this.#input.value = ''; // the same file may be chosen again
    this.#input.click();
  }

  /** It stays in the document: one that goes before somebody has chosen takes what is chosen with it. */
  #fileInput(): HTMLInputElement {
    const input = document.createElement('input');
    input.type = 'file';
    input.multiple = true;
    input.hidden = true;
    input.addEventListener('change', () => this.open([...(input.files ?? [])]));
    document.body.append(input);
    return input;
  }

  #read(index: number): void {
    this.#forget();
    this.index = index;
    const file = this.files[index];
    if (!file) return;
    this.address = URL.createObjectURL(file);
    if (file.size > LARGEST_BYTES) {
      this.failure = t('inspect.too-large', { size: bytes(file.size), limit: bytes(LARGEST_BYTES) });
    } else void this.#ask(file);
  }

  async #ask(file: File): Promise<void> {
    const request = new AbortController();
    this.#request = request;
    if (!(await isReadable(file))) {
      if (!request.signal.aborted) this.failure = t('inspect.folder');
      return;
    }
    try {
      const found = await inspectFile(file, { signal: request.signal });
      if (!request.signal.aborted) this.found = found;
    } catch (error) {
      if (!request.signal.aborted) this.failure = reasonOf(error);
    }
  }

  #forget(): void {
    this.#request?.abort();
    [this.found, this.failure] = [null, null];
    if (this.address) URL.revokeObjectURL(this.address);
    this.address = '';
  }
}

export const inspecting = new Inspecting();
