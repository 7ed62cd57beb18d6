/** What one does in the panel, and copying what it shows. */
import * as library from '../../api/library';
import * as places from '../../api/places';
import type { ImageDetail, Item, Recipe } from '../../api/types';
import type { MessageKey } from '../../lib/messages.svelte';
import { recipeText } from '../../lib/recipe';
import { formatRoute } from '../../lib/route';
import { t } from '../../lib/messages.svelte';
import { address } from '../address.svelte';
import { copied, copiedPicture } from '../copying';
import { detail } from '../detail.svelte';
import { moves } from '../hover.svelte';
import { panel as state, TABS, type Tab } from '../panel.svelte';
import { picked } from '../picked';
import { reasonOf, sayRefusal } from '../refusals';
import { toasts } from '../toasts.svelte';
import type { Command } from './types';

const hasPictures = (): boolean => picked() !== null;
const one = (): number | null => picked()?.items[0]?.id ?? null;

/** The details of the first picture it is about; asked for where the panel does not show them. */
async function details(): Promise<ImageDetail | null> {
  const id = one();
  if (id === null || detail.shown?.id === id) return id === null ? null : detail.shown;
  try {
    return await library.image(id);
  } catch (error) {
    const reason = reasonOf(error);
    if (reason !== null) toasts.show({ name: 'copy', kind: 'error', title: t('panel.not-copied'), detail: reason });
    return null;
  }
}

async function copyFrom(read: (image: ImageDetail) => string, what: MessageKey): Promise<void> {
  const image = await details();
  if (!image) return;
  const text = read(image);
  if (text) await copied(text, t(what));
  else toasts.show({ name: 'copy', kind: 'warning', title: t('panel.nothing-to-copy') });
}

const ofRecipe = (read: (recipe: Recipe) => string | null | undefined) => (image: ImageDetail): string =>
  (image.recipe && read(image.recipe)) ?? '';

const link = (image: ImageDetail): string => location.origin + formatRoute({ ...address.route, image: image.id, at: 0 });

type Copied = [id: string, key: string, title: MessageKey, done: MessageKey, read: (image: ImageDetail) => string];

const COPIED: readonly Copied[] = [
  ['all', 'y a', 'panel.command-copy-all', 'panel.copied-all', ofRecipe(recipeText)],
  ['prompt', 'y p', 'panel.command-copy-prompt', 'panel.copied-prompt', ofRecipe((recipe) => recipe.prompt)],
  ['negative', 'y n', 'panel.command-copy-negative', 'panel.copied-negative', ofRecipe((recipe) => recipe.negative_prompt)],
  ['seed', 'y s', 'panel.command-copy-seed', 'panel.copied-seed', ofRecipe((recipe) => recipe.seed)],
  ['link', 'y l', 'panel.command-copy-link', 'panel.copied-link', link],
];

/** A picture that can be copied as one: a film is no picture. */
function onePicture(): Item | null {
  const items = picked()?.items ?? [];
  const [first] = items;
  return items.length === 1 && first && !moves(first) ? first : null;
}

async function copyPaths(): Promise<void> {
  const now = picked();
  if (!now) return;
  try {
    const { paths } = await places.pathsOf(now.named);
    await copied(paths.join('\n'), t('panel.copied-paths', { count: paths.length }));
  } catch (error) {
    sayRefusal(t('panel.not-copied'), error);
  }
}

/** Ctrl+C copies one picture itself, and of several where they are. */
const whole: readonly Command[] = [
  {
    id: 'copy.picture', title: 'panel.command-copy-picture', section: 'copy', keys: ['ctrl+c', 'y c'], onSelection: true,
    when: () => onePicture() !== null,
    run: () => {
      const item = onePicture();
      if (item) void copiedPicture(library.shownAddress(item));
    },
  },
  {
    id: 'copy.path', title: 'panel.command-copy-path', section: 'copy', keys: ['y f', 'ctrl+c'], onSelection: true,
    when: hasPictures,
    run: () => void copyPaths(),
  },
];

const LEAVES: Readonly<Record<Tab, MessageKey>> = {
  details: 'panel.command-details',
  tags: 'panel.command-tags',
  workflow: 'panel.command-workflow',
  raw: 'panel.command-raw',
};

export const panel: readonly Command[] = [
  { id: 'panel.caption', title: 'panel.command-caption', section: 'organise', keys: ['e'], when: hasPictures, run: () => state.caption(), onSelection: true },
  ...TABS.map((tab): Command => ({ id: `panel.${tab}`, title: LEAVES[tab], section: 'view', keys: [], when: hasPictures, run: () => state.show(tab) })),
  ...whole,
  ...COPIED.map(
    ([id, key, title, done, read]): Command => ({
      id: `copy.${id}`,
      title,
      section: 'copy',
      keys: [key],
      when: () => one() !== null,
      run: () => void copyFrom(read, done),
      onSelection: true,
    }),
  ),
];
