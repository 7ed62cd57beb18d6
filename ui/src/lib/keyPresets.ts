/**
 * The keys of the reference program, where they differ from ours and a browser lets us have them; by command. Left out:
 * Ctrl+1 to 4 (tabs of the browser), Ctrl+R (reload), Ctrl+Shift+T and N (windows and tabs).
 */
export const CLASSIC: Readonly<Record<string, readonly string[]>> = {
  'app.keys': ['?', 'F1'],
  'app.jobs': ['g j'],
  'view.panel': ['F4'],
  'view.sidebar': ['F3'],
  'search.focus': ['F6', '/'],
  'viewer.overlay': ['i', 'o'],
  'viewer.slideshow': ['p', 'Space'],
  'viewer.next': ['ArrowRight', 'PageDown'],
  'viewer.previous': ['ArrowLeft', 'PageUp'],
  'viewer.toggle-actual': ['z', 'ctrl+shift+a'],
  'viewer.fit': ['ctrl+shift+f', 'ctrl+0'],
  'viewer.zoom-in': ['ctrl++', '+', '='],
  'viewer.zoom-out': ['ctrl+-', '-'],
  'files.delete': ['shift+Delete', 'shift+x'],
};
