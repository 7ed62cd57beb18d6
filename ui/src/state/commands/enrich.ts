/** What models do with pictures, and what becomes of their words outside of the library. */
import { dialogs } from '../dialogs.svelte';
import { picked } from '../picked';
import { result } from '../result.svelte';
import type { Command } from './types';

/** One picture, the selection, or all that the search found: with nothing selected they are actions on the library. */
const hasTargets = (): boolean => picked() !== null || result.total > 0;

function about(kind: 'write-out' | 'read-sidecars'): void {
  const pictures = picked();
  if (pictures) dialogs.show({ kind, picked: pictures });
}

export const enrich: readonly Command[] = [
  { id: 'enrich.tag', title: 'enrich.command-tag', section: 'organise', keys: ['shift+t'], when: hasTargets, run: () => dialogs.show({ kind: 'auto-tag' }), get onSelection() { return picked() !== null; } },
  { id: 'enrich.caption', title: 'enrich.command-caption', section: 'organise', keys: ['shift+e'], when: hasTargets, run: () => dialogs.show({ kind: 'caption' }), get onSelection() { return picked() !== null; } },
  { id: 'enrich.write-out', title: 'enrich.command-write-out', section: 'files', keys: [], when: () => picked() !== null, run: () => about('write-out'), onSelection: true },
  { id: 'enrich.read-sidecars', title: 'enrich.command-read-sidecars', section: 'files', keys: [], when: () => picked() !== null, run: () => about('read-sidecars'), onSelection: true },
];
