/** What one can do with a tag, as entries of its menu. */
import type { Tag } from '../../api/places';
import { copyText } from '../../lib/clipboard';
import { t } from '../../lib/messages.svelte';
import { term } from '../../lib/query/quote';
import { address } from '../../state/address.svelte';
import { dialogs } from '../../state/dialogs.svelte';
import { pickedSelection } from '../../state/picked';
import { result } from '../../state/result.svelte';
import { tags } from '../../state/tags.svelte';
import type { MenuEntries } from './rows';

export function newTag(): void {
  dialogs.show({
    kind: 'name',
    title: t('tags.new-title'),
    label: t('tags.name'),
    value: '',
    action: t('tags.make'),
    submit: (name) => tags.make(name),
  });
}

export function renameTag(tag: Tag): void {
  dialogs.show({
    kind: 'name',
    title: t('tags.rename-title', { name: tag.name }),
    label: t('tags.name'),
    value: tag.name,
    action: t('tags.rename'),
    submit: (name) => tags.rename(tag, name),
  });
}

/** Tags lose their pictures when they are deleted, so that it says how many; it can be undone. */
export function deleteTags(chosen: readonly Tag[]): void {
  void tags.remove(chosen);
}

export function tagMenu(tag: Tag): MenuEntries {
  const now = pickedSelection();
  const search = (query: string): void => void address.search(query);
  return [
    { label: t('tags.search'), run: () => search(term('tag', tag.name)) },
    { label: t('tags.exclude'), run: () => search(`${result.q} -${term('tag', tag.name)}`.trim()) },
    { label: t('tags.copy'), run: () => void copyText(tag.name) },
    null,
    { label: t('tags.give-selection', { count: now?.count ?? 0 }), run: () => now && void tags.give(tag.name, now), disabled: !now },
    { label: t('tags.take-selection', { count: now?.count ?? 0 }), run: () => now && void tags.take(tag.name, now), disabled: !now },
    null,
    { label: t('tags.rename-menu'), run: () => renameTag(tag) },
    { label: t('tags.merge-menu'), run: () => dialogs.show({ kind: 'merge-tags', tags: [tag] }) },
    { label: t('tags.delete'), run: () => deleteTags([tag]), danger: true },
  ];
}
