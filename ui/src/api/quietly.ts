/** Answers that one can do without. */
import { Refused, Unreachable } from './client';

/** Nothing where the server refuses, is gone, or was interrupted. */
export async function quietly<T>(asked: Promise<T>, signal?: AbortSignal): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (signal?.aborted || error instanceof Refused || error instanceof Unreachable) return null;
    throw error;
  }
}
