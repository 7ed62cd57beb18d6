/** Says a refusal of the server where it happens; what is no refusal goes on. */
import { Refused, Unreachable } from '../api/client';
import { toasts } from './toasts.svelte';

/** The server's own sentence; null where it did not answer, which has a notice of its own. */
export function reasonOf(error: unknown): string | null {
  if (error instanceof Unreachable) return null;
  if (error instanceof Refused) return error.message;
  throw error;
}

/** Shows a toast that says what was not done, and why. */
export function sayRefusal(title: string, error: unknown, name = 'refused'): void {
  const detail = reasonOf(error);
  if (detail !== null) toasts.show({ name, kind: 'error', title, detail });
}
