/** Every setting as a row of the settings screen, whether it is kept in this browser or on the server. */
import type { ServerSetting } from '../api/settings';
import { LANGUAGES, type LanguageChoice } from '../lib/locale.svelte';
import { t, type MessageKey } from '../lib/messages.svelte';
import { autoAdvance } from './autoAdvance.svelte';
import { gridPreferences, OVERLAYS, PAGE_SIZES } from './gridPreferences.svelte';
import { settings, type SectionName } from './settings.svelte';
import { INTERVALS_S, slideshow } from './slideshow.svelte';
import { LARGEST, SMALLEST, usualView, view, type Theme } from './view.svelte';
import { viewer } from './viewer.svelte';

export interface Choice {
  value: string;
  label: string;
}

export type Control =
  | { kind: 'switch' }
  | { kind: 'choice'; choices: readonly Choice[]; wide?: boolean }
  | { kind: 'range'; minimum: number; maximum: number; unit: (value: number) => string }
  | { kind: 'number'; minimum?: number; maximum?: number; whole: boolean }
  | { kind: 'text' | 'secret' | 'list' };

export interface SettingRow {
  id: string;
  section: SectionName;
  title: string;
  detail: string;
  control: Control;
  value: unknown;
  /** Differs from the default. */
  changed: boolean;
  set: (value: unknown) => void;
  reset: () => void;
  /** Why it cannot be changed now. */
  locked?: string;
  /** It holds from the next start on. */
  pending?: boolean;
  problem?: string;
}

interface Own<T> {
  id: string;
  section: SectionName;
  title: MessageKey;
  detail?: MessageKey;
  control: Control;
  usual: T;
  get: () => T;
  set: (value: T) => void;
}

/** A setting that this browser keeps. */
function own<T>({ usual, get, set, title, detail, ...more }: Own<T>): SettingRow {
  const value = get();
  const write = (next: T): void => {
    const before = get();
    set(next);
    settings.did(() => set(before));
  };
  return {
    ...more,
    title: t(title),
    detail: detail ? t(detail) : '',
    value,
    changed: value !== usual,
    set: (next) => write(next as T),
    reset: () => write(usual),
  };
}

const LANGUAGE_NAMES: Record<LanguageChoice, string> = {
  auto: '', en: 'English', de: 'Deutsch', fr: 'Français', es: 'Español', ja: '日本語',
};

const choice = (value: string, label: MessageKey): Choice => ({ value, label: t(label) });

function ownRows(): SettingRow[] {
  const themes: Choice[] = [choice('dark', 'settings.dark'), choice('light', 'settings.light'), choice('system', 'settings.system')];
  const languages = [choice('auto', 'settings.language-auto'), ...LANGUAGES.map((one) => ({ value: one, label: LANGUAGE_NAMES[one] }))];
  const pages = PAGE_SIZES.map((size) => ({ value: String(size), label: size === 0 ? t('settings.no-pages') : t('settings.page-of', { count: size }) }));
  const seconds = INTERVALS_S.map((one) => ({ value: String(one), label: t('common.seconds-short', { count: one }) }));
  const modes: Choice[] = [choice('square', 'settings.squares'), choice('justified', 'settings.rows'), choice('list', 'settings.list')];
  return [
    own<Theme>({ id: 'theme', section: 'appearance', title: 'settings.theme', control: { kind: 'choice', choices: themes }, usual: usualView.theme, get: () => view.theme, set: (value) => view.setTheme(value) }),
    own<LanguageChoice>({ id: 'language', section: 'appearance', title: 'settings.language', detail: 'settings.language-detail', control: { kind: 'choice', choices: languages, wide: true }, usual: 'auto', get: () => view.language, set: (value) => view.setLanguage(value) }),
    own({ id: 'layout', section: 'grid', title: 'settings.layout', control: { kind: 'choice', choices: modes }, usual: usualView.mode, get: () => view.mode, set: (value) => view.setMode(value) }),
    own({ id: 'thumbnail-size', section: 'grid', title: 'settings.thumbnail-size', control: { kind: 'range', minimum: SMALLEST, maximum: LARGEST, unit: (value) => t('settings.pixels', { count: value }) }, usual: usualView.target, get: () => view.target, set: (value) => view.resize(value) }),
    own({ id: 'pages', section: 'grid', title: 'settings.pages', detail: 'settings.pages-detail', control: { kind: 'choice', choices: pages, wide: true }, usual: '0', get: () => String(gridPreferences.pageSize), set: (value) => (gridPreferences.pageSize = Number(value)) }),
    own({ id: 'headings', section: 'grid', title: 'settings.headings', detail: 'settings.headings-detail', control: { kind: 'switch' }, usual: true, get: () => gridPreferences.headings, set: (value) => (gridPreferences.headings = value) }),
    ...OVERLAYS.map((overlay) =>
      own({ id: `overlay-${overlay}`, section: 'grid', title: `settings.overlay-${overlay}`, control: { kind: 'switch' }, usual: true, get: () => gridPreferences.shows(overlay), set: (value) => gridPreferences.show(overlay, value) }),
    ),
    own({ id: 'hover-play', section: 'grid', title: 'settings.hover-play', detail: 'settings.hover-play-detail', control: { kind: 'switch' }, usual: true, get: () => gridPreferences.hoverPlay, set: (value) => (gridPreferences.hoverPlay = value) }),
    own({ id: 'viewer-overlay', section: 'viewer', title: 'settings.viewer-overlay', control: { kind: 'switch' }, usual: true, get: () => viewer.overlay, set: (value) => (viewer.overlay = value) }),
    own({ id: 'auto-advance', section: 'viewer', title: 'settings.auto-advance', detail: 'settings.auto-advance-detail', control: { kind: 'switch' }, usual: false, get: () => autoAdvance.on, set: (value) => value !== autoAdvance.on && autoAdvance.toggle() }),
    own({ id: 'wheel-steps', section: 'viewer', title: 'settings.wheel-steps', detail: 'settings.wheel-steps-detail', control: { kind: 'switch' }, usual: false, get: () => viewer.wheelSteps, set: (value) => (viewer.wheelSteps = value) }),
    own({ id: 'slideshow-seconds', section: 'viewer', title: 'settings.slideshow-seconds', control: { kind: 'choice', choices: seconds }, usual: '5', get: () => String(slideshow.seconds), set: (value) => (slideshow.seconds = Number(value)) }),
    own({ id: 'slideshow-shuffle', section: 'viewer', title: 'settings.slideshow-shuffle', control: { kind: 'switch' }, usual: false, get: () => slideshow.shuffle, set: (value) => (slideshow.shuffle = value) }),
  ];
}

/** Where the settings of the server stand, and what they are called. */
const SERVER = {
  'scan.at_start': ['folders', 'settings.scan-at-start', 'settings.scan-at-start-detail'],
  'scan.workers': ['folders', 'settings.scan-workers', 'settings.scan-workers-detail'],
  'civitai.host': ['models', 'settings.civitai-host', 'settings.civitai-host-detail'],
  'civitai.api_key': ['models', 'settings.civitai-api-key', 'settings.civitai-api-key-detail'],
  'civitai.timeout_s': ['models', 'settings.civitai-timeout', 'settings.civitai-timeout-detail'],
  'models.folder': ['models', 'settings.models-folder', 'settings.models-folder-detail'],
  'models.endpoint': ['models', 'settings.models-endpoint', 'settings.models-endpoint-detail'],
  'models.device': ['models', 'settings.models-device', 'settings.models-device-detail'],
  'models.decoders': ['models', 'settings.models-decoders', 'settings.models-decoders-detail'],
  'captions.provider': ['captions', 'settings.captions-provider', 'settings.captions-provider-detail'],
  'captions.type': ['captions', 'settings.captions-type', 'settings.captions-type-detail'],
  'captions.length': ['captions', 'settings.captions-length', 'settings.captions-length-detail'],
  'captions.wishes': ['captions', 'settings.captions-wishes', 'settings.captions-wishes-detail'],
  'captions.mode': ['captions', 'settings.captions-mode', 'settings.captions-mode-detail'],
  'captions.temperature': ['captions', 'settings.captions-temperature', 'settings.captions-temperature-detail'],
  'captions.max_tokens': ['captions', 'settings.captions-max-tokens', 'settings.captions-max-tokens-detail'],
  'captions.server.url': ['captions', 'settings.captions-url', 'settings.captions-url-detail'],
  'captions.server.api_key': ['captions', 'settings.captions-key', 'settings.captions-key-detail'],
  'captions.server.model': ['captions', 'settings.captions-model', 'settings.captions-model-detail'],
  'captions.server.parallel': ['captions', 'settings.captions-parallel', 'settings.captions-parallel-detail'],
  'captions.server.timeout_s': ['captions', 'settings.captions-timeout', 'settings.captions-timeout-detail'],
  'captions.server.side': ['captions', 'settings.captions-side', 'settings.captions-side-detail'],
  'captions.server.picture': ['captions', 'settings.captions-picture', 'settings.captions-picture-detail'],
  'captions.local.model': ['captions', 'settings.captions-local-model', 'settings.captions-local-model-detail'],
  'captions.local.idle_s': ['captions', 'settings.captions-local-idle', 'settings.captions-local-idle-detail'],
  'captions.local.parallel': ['captions', 'settings.captions-local-parallel', 'settings.captions-local-parallel-detail'],
  'captions.local.context_tokens': ['captions', 'settings.captions-local-context', 'settings.captions-local-context-detail'],
  'captions.local.gpu_layers': ['captions', 'settings.captions-local-layers', 'settings.captions-local-layers-detail'],
  'captions.local.threads': ['captions', 'settings.captions-local-threads', 'settings.captions-local-threads-detail'],
  'captions.local.timeout_s': ['captions', 'settings.captions-local-timeout', 'settings.captions-local-timeout-detail'],
  'web.open_browser': ['network', 'settings.web-open-browser', 'settings.web-open-browser-detail'],
  'web.host': ['network', 'settings.web-host', 'settings.web-host-detail'],
  'web.port': ['network', 'settings.web-port', 'settings.web-port-detail'],
  'web.allowed_hosts': ['network', 'settings.web-allowed-hosts', 'settings.web-allowed-hosts-detail'],
  'thumbnails.cache_mib': ['storage', 'settings.thumbnails-cache', 'settings.thumbnails-cache-detail'],
  'collection': ['storage', 'settings.collection', 'settings.collection-detail'],
  'log.level': ['storage', 'settings.log-level', 'settings.log-level-detail'],
  'log.size_mib': ['storage', 'settings.log-size', 'settings.log-size-detail'],
  'log.files': ['storage', 'settings.log-files', 'settings.log-files-detail'],
} as const satisfies Record<string, readonly [SectionName, MessageKey, MessageKey]>;

const isListed = (name: string): name is keyof typeof SERVER => name in SERVER;
/** What has a form of its own. */
const isSpecial = (name: string): boolean => name === 'open_with';

/** Where a setting without words of its own stands: beside its kin. */
const sectionOf = (name: string): SectionName => (name.startsWith('captions.') ? 'captions' : name.startsWith('models.') ? 'models' : 'storage');

/** A setting that is newer than this page is shown by its own name and description. */
function wordsOf(setting: ServerSetting): Pick<SettingRow, 'section' | 'title' | 'detail'> {
  if (!isListed(setting.name)) return { section: sectionOf(setting.name), title: setting.name, detail: setting.description };
  const [section, title, detail] = SERVER[setting.name];
  return { section, title: t(title), detail: t(detail) };
}

function serverRow(setting: ServerSetting): SettingRow {
  const { name } = setting;
  const locked =
    setting.source === 'environment'
      ? t('settings.by-environment')
      : setting.of_this_machine && !settings.here
        ? t('settings.only-here')
        : undefined;
  return {
    id: name,
    ...wordsOf(setting),
    control: controlOf(setting),
    value: setting.value,
    changed: setting.is_set,
    set: (value) => void settings.change(setting, value),
    reset: () => void settings.change(setting, undefined),
    locked,
    pending: setting.pending,
    problem: settings.problems[name],
  };
}

function controlOf(setting: ServerSetting): Control {
  const [minimum, maximum] = [setting.minimum ?? undefined, setting.maximum ?? undefined];
  switch (setting.kind) {
    case 'switch':
      return { kind: 'switch' };
    case 'choice':
      return { kind: 'choice', choices: setting.choices.map((value) => ({ value, label: choiceName(setting.name, value) })) };
    case 'whole':
    case 'number':
      return { kind: 'number', minimum, maximum, whole: setting.kind === 'whole' };
    case 'secret':
    case 'list':
      return { kind: setting.kind };
    default:
      return { kind: 'text' };
  }
}

/** Choices of the server that have words here. */
const CHOICES: Readonly<Record<string, (value: string) => string>> = {
  'captions.provider': (value) => `enrich.provider-${value}`,
  'captions.mode': (value) => `enrich.mode-${value}`,
  'captions.server.picture': (value) => `enrich.picture-${value}`,
  'models.device': (value) => `enrich.device-${value}`,
};

/** A choice that is newer than this page is called as the server calls it. */
function choiceName(setting: string, value: string): string {
  const key = CHOICES[setting]?.(value) as MessageKey | undefined;
  const words = key && t(key);
  return words === undefined || words === key ? value : words;
}

/** All rows, in the order of the screen. */
export function settingRows(): SettingRow[] {
  const names = Object.keys(SERVER);
  const place = (name: string): number => (isListed(name) ? names.indexOf(name) : names.length);
  const listed = settings.server.filter((one) => !isSpecial(one.name)).sort((a, b) => place(a.name) - place(b.name));
  return [...ownRows(), ...listed.map(serverRow)];
}
