/** Short messages at the lower right: at most three, gone after six seconds, errors stay. */

export interface ToastAction {
  label: string;
  /** The command that does the same; its key is shown. */
  command?: string;
  run: () => void;
}

export type ToastKind = 'done' | 'new' | 'error' | 'warning';

export interface Toast {
  /** A toast replaces an older one of the same name. */
  name: string;
  kind: ToastKind;
  title: string;
  detail?: string;
  action?: ToastAction;
  stays?: boolean;
}

const MOST = 3;
const LIFETIME_MS = 6000;

class Toasts {
  shown: Toast[] = $state.raw([]);
  #timers = new Map<string, number>();

  show(toast: Toast): void {
    const others = this.shown.filter((other) => other.name !== toast.name);
    this.shown = [...others, toast].slice(-MOST);
    this.resume(toast.name);
  }

  close(name: string): void {
    this.pause(name);
    this.shown = this.shown.filter((toast) => toast.name !== name);
  }

  pause(name: string): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }

  resume(name: string): void {
    this.pause(name);
    const toast = this.shown.find((one) => one.name === name);
    if (!toast || toast.stays || toast.kind === 'error') return;
    this.#timers.set(name, window.setTimeout(() => this.close(name), LIFETIME_MS));
  }
}

export const toasts = new Toasts();
