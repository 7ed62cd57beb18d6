/** What commands look like in menus and in the palette. */
import Bookmark from '@lucide/svelte/icons/bookmark';
import BookmarkPlus from '@lucide/svelte/icons/bookmark-plus';
import CalendarSearch from '@lucide/svelte/icons/calendar-search';
import CheckCheck from '@lucide/svelte/icons/check-check';
import ChevronsRight from '@lucide/svelte/icons/chevrons-right';
import CircleQuestionMark from '@lucide/svelte/icons/circle-question-mark';
import Copy from '@lucide/svelte/icons/copy';
import CornerDownLeft from '@lucide/svelte/icons/corner-down-left';
import ExternalLink from '@lucide/svelte/icons/external-link';
import EyeOff from '@lucide/svelte/icons/eye-off';
import FileInput from '@lucide/svelte/icons/file-input';
import FileOutput from '@lucide/svelte/icons/file-output';
import FileSearch from '@lucide/svelte/icons/file-search';
import Focus from '@lucide/svelte/icons/focus';
import FolderOpen from '@lucide/svelte/icons/folder-open';
import FolderPlus from '@lucide/svelte/icons/folder-plus';
import Fullscreen from '@lucide/svelte/icons/fullscreen';
import Heading from '@lucide/svelte/icons/heading';
import Heart from '@lucide/svelte/icons/heart';
import Keyboard from '@lucide/svelte/icons/keyboard';
import LayoutDashboard from '@lucide/svelte/icons/layout-dashboard';
import LibraryIcon from '@lucide/svelte/icons/library';
import ListX from '@lucide/svelte/icons/list-x';
import Maximize2 from '@lucide/svelte/icons/maximize-2';
import MessageSquareText from '@lucide/svelte/icons/message-square-text';
import Mouse from '@lucide/svelte/icons/mouse';
import PanelLeft from '@lucide/svelte/icons/panel-left';
import PanelRight from '@lucide/svelte/icons/panel-right';
import PencilLine from '@lucide/svelte/icons/pencil-line';
import Play from '@lucide/svelte/icons/play';
import Redo2 from '@lucide/svelte/icons/redo-2';
import RefreshCw from '@lucide/svelte/icons/refresh-cw';
import ScanSearch from '@lucide/svelte/icons/scan-search';
import Search from '@lucide/svelte/icons/search';
import Settings from '@lucide/svelte/icons/settings';
import SlidersHorizontal from '@lucide/svelte/icons/sliders-horizontal';
import SquareMinus from '@lucide/svelte/icons/square-minus';
import SquareSplitHorizontal from '@lucide/svelte/icons/square-split-horizontal';
import Star from '@lucide/svelte/icons/star';
import StarOff from '@lucide/svelte/icons/star-off';
import SunMoon from '@lucide/svelte/icons/sun-moon';
import Tag from '@lucide/svelte/icons/tag';
import Trash2 from '@lucide/svelte/icons/trash-2';
import Undo2 from '@lucide/svelte/icons/undo-2';
import WandSparkles from '@lucide/svelte/icons/wand-sparkles';
import ZoomIn from '@lucide/svelte/icons/zoom-in';
import ZoomOut from '@lucide/svelte/icons/zoom-out';

/** Icons by what a command's name begins with; the first beginning counts. */
const ICONS: readonly [string, typeof Heart][] = [
  ['grid.open-tab', ExternalLink],
  ['grid.open', Maximize2],
  ['grid.select-all', CheckCheck],
  ['grid.invert', SquareMinus],
  ['grid.smaller', ZoomOut],
  ['grid.larger', ZoomIn],
  ['grid.layout', LayoutDashboard],
  ['grid.headings', Heading],
  ['grid.jump', CalendarSearch],
  ['grid.page', ChevronsRight],
  ['grid.group', ChevronsRight],
  ['compare', SquareSplitHorizontal],
  ['judge.favorite', Heart],
  ['judge.nsfw', EyeOff],
  ['judge.deletion', Trash2],
  ['judge.auto-advance', CornerDownLeft],
  ['judge.clear-rating', StarOff],
  ['judge.', Star],
  ['files.delete', Trash2],
  ['files.empty', Trash2],
  ['files.remove', ListX],
  ['files.read-again', RefreshCw],
  ['files.rename', PencilLine],
  ['files.', FolderOpen],
  ['tags.', Tag],
  ['enrich.tag', WandSparkles],
  ['enrich.caption', MessageSquareText],
  ['enrich.write-out', FileOutput],
  ['enrich.read-sidecars', FileInput],
  ['panel.caption', PencilLine],
  ['panel.', PanelRight],
  ['albums.quick', BookmarkPlus],
  ['albums.', LibraryIcon],
  ['search.same-seed', ScanSearch],
  ['search.filter', SlidersHorizontal],
  ['search.clear-filter', SlidersHorizontal],
  ['search.save', Bookmark],
  ['search.syntax', CircleQuestionMark],
  ['search.', Search],
  ['copy.', Copy],
  ['viewer.slideshow', Play],
  ['viewer.full-screen', Fullscreen],
  ['viewer.wheel', Mouse],
  ['viewer.zoom-in', ZoomIn],
  ['viewer.zoom-out', ZoomOut],
  ['viewer.', Maximize2],
  ['view.panel', PanelRight],
  ['view.sidebar', PanelLeft],
  ['view.alone', Focus],
  ['view.blur', EyeOff],
  ['view.theme', SunMoon],
  ['app.undo', Undo2],
  ['app.redo', Redo2],
  ['app.settings', Settings],
  ['app.jobs', RefreshCw],
  ['app.keys', Keyboard],
  ['folders.add', FolderPlus],
  ['folders.scan', RefreshCw],
  ['inspect.', FileSearch],
];

export const iconOf = (id: string): typeof Heart | undefined => ICONS.find(([start]) => id.startsWith(start))?.[1];
