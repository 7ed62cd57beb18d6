import { describe, expect, test } from 'vitest';
import { drawNext } from '../src/lib/layout/drawing';

describe('rows drawn whole', () => {
  const seven = (): number => 7;

  test('come a few at a time, in the order they are wanted', () => {
    const first = drawNext(new Set(), [10, 11, 12, 13, 9], seven, 14);
    expect([...first.rows]).toEqual([10, 11]);
    expect(first.left).toBe(true);
    const second = drawNext(first.rows, [10, 11, 12, 13, 9], seven, 14);
    expect([...second.rows]).toEqual([10, 11, 12, 13]);
    expect(drawNext(second.rows, [10, 11, 12, 13, 9], seven, 14)).toEqual({ rows: new Set([10, 11, 12, 13, 9]), left: false });
  });

  test('stay whole while they are drawn at all', () => {
    const next = drawNext(new Set([1, 2, 3]), [3, 4], seven, 0);
    expect([...next.rows]).toEqual([3]);
    expect(next.left).toBe(true);
  });

  test('are at least one, however many pictures it has', () => {
    expect([...drawNext(new Set(), [5, 6], () => 100, 24).rows]).toEqual([5]);
  });
});
