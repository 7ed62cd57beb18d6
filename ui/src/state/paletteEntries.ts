/** What the palette offers: actions on the selection first, then places, searches, settings, and other actions. */
import Box from '@lucide/svelte/icons/box';
import CornerDownRight from '@lucide/svelte/icons/corner-down-right';
import Folder from '@lucide/svelte/icons/folder';
import History from '@lucide/svelte/icons/history';
import Images from '@lucide/svelte/icons/images';
import LibraryIcon from '@lucide/svelte/icons/library';
import Play from '@lucide/svelte/icons/play';
import Search from '@lucide/svelte/icons/search';
import SettingsIcon from '@lucide/svelte/icons/settings';
import Tag from '@lucide/svelte/icons/tag';
import { iconOf } from '../lib/commandIcons';
import { count } from '../lib/format';
import { t } from '../lib/messages.svelte';
import { asked, best, type Kind } from '../lib/palette';
import { inFolder, term } from '../lib/query/quote';
import { address } from './address.svelte';
import { albums } from './albums.svelte';
import { COMMANDS, inScope, isAvailable, keyText, titleOf } from './commands';
import type { Command } from './commands/types';
import { folders } from './folders.svelte';
import { models } from './models.svelte';
import { picked } from './picked';
import { savedSearches } from './savedSearches.svelte';
import { searchHistory } from './searchHistory.svelte';
import { settings } from './settings.svelte';
import { settingRows } from './settingRows';
import { tags } from './tags.svelte';

export interface Entry {
  id: string;
  name: string;
  detail: string;
  icon: typeof Folder;
  key: string;
  run: () => void;
}

export interface EntryGroup {
  title: string;
  entries: Entry[];
}

const MOST = 6;
const MOST_ACTIONS = 50;

const command = (one: Command): Entry => ({
  id: one.id,
  name: titleOf(one),
  detail: '',
  icon: one.section === 'go' ? CornerDownRight : (iconOf(one.id) ?? (one.onSelection ? Images : Play)),
  key: keyText(one.id),
  run: () => one.run(),
});

function commands(onSelection: boolean): Entry[] {
  return COMMANDS.filter((one) => !one.silent && (one.onSelection ?? false) === onSelection && inScope(one) && isAvailable(one)).map(command);
}

const search = (id: string, name: string, query: string, icon: typeof Folder, detail = '', sort?: string): Entry => ({
  id, name, detail, icon, key: '',
  run: () => void address.search(query, sort),
});

const folderEntries = (): Entry[] =>
  folders.list.map((one) => search(`folder-${one.id}`, one.name, inFolder(one.path), Folder, `${one.path} · ${count(one.images_below)}`));

const placeEntries = (): Entry[] => [
  ...albums.list.map((one) =>
    search(`album-${one.id}`, one.name, albums.query(one), LibraryIcon, t('palette.album', { count: one.count }), one.sort ?? (one.smart ? undefined : 'album')),
  ),
  ...models.uses
    .filter((one) => one.images > 0)
    .map((one, place) => search(`model-${place}`, one.title, one.query ?? term('model', one.title), Box, t('palette.model', { count: one.images }))),
];

const tagEntries = (): Entry[] => tags.list.map((one) => search(`tag-${one.id}`, one.name, term('tag', one.name), Tag, count(one.count)));

function searchEntries(typed: string): Entry[] {
  const saved = savedSearches.list.map((one) => search(`saved-${one.id}`, one.name, one.query, Search, one.query, one.sort ?? undefined));
  const before = searchHistory.entries.map((one) => search(`history-${one.q}`, one.q, one.q, History, count(one.count)));
  return typed ? [...saved, ...before] : saved;
}

const settingEntries = (): Entry[] =>
  settingRows().map((row) => ({
    id: `setting-${row.id}`,
    name: row.title,
    detail: t(`settings.section-${row.section}`),
    icon: SettingsIcon,
    key: '',
    run: () => {
      settings.section = row.section;
      settings.query = '';
      address.openPage('settings');
    },
  }));

/** The groups for what is typed; empty ones are left out. */
export function groupsFor(typed: string): EntryGroup[] {
  const { text, kinds } = asked(typed);
  const wants = (kind: Kind): boolean => kinds === null || kinds.includes(kind);
  const few = (entries: readonly Entry[], most = MOST): Entry[] => best(entries, (one) => one.name, text, kinds === null ? most : MOST_ACTIONS);
  const chosen = picked()?.count ?? 0;
  const groups: EntryGroup[] = [];
  if (wants('action') && chosen > 0) groups.push({ title: t('palette.do-with', { count: chosen }), entries: few(commands(true)) });
  if (wants('action')) groups.push({ title: t('palette.actions'), entries: few(commands(false), text ? 8 : MOST_ACTIONS) });
  if (kinds === null && text) groups.push({ title: t('palette.go-to'), entries: [...few(folderEntries(), 4), ...few(placeEntries(), 4)] });
  if (kinds?.includes('folder')) groups.push({ title: t('palette.folders'), entries: few(folderEntries()) });
  if (kinds?.includes('tag') || (kinds === null && text)) groups.push({ title: t('palette.tags'), entries: few(tagEntries(), 3) });
  if (wants('search')) {
    const asIs = text && kinds === null ? [search('as-is', t('palette.search-for', { text: typed.trim() }), typed.trim(), Search)] : [];
    groups.push({ title: t('palette.searches'), entries: [...few(searchEntries(text), 4), ...asIs] });
  }
  if (wants('setting') && text) groups.push({ title: t('palette.settings'), entries: few(settingEntries(), 4) });
  return groups.filter((group) => group.entries.length > 0);
}
