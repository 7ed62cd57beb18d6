/** Small things that this browser remembers. */

/** Reads what was kept under a name; `other` where nothing was, or where it is no longer of this shape. */
export function recall<T>(name: string, isRight: (value: unknown) => value is T, other: T): T {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(`diffusion-toolkit.${name}`) ?? 'null');
    return isRight(value) ? value : other;
  } catch {
    return other;
  }
}

export function keep(name: string, value: unknown): void {
  try {
    localStorage.setItem(`diffusion-toolkit.${name}`, JSON.stringify(value));
  } catch {
    // A browser without storage forgets it with the page.
  }
}

export const isNumbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'number');

export const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string');
