import { describe, expect, test } from 'vitest';
import { drawNext, standingRows, type Standing } from '../src/lib/layout/drawing';

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

describe('rows in the page', () => {
  const rowsFrom = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => first + i);
  const none = (): boolean => false;

  test('that are whole stand in their order, in front of sketches', () => {
    const standing = standingRows([], [4, 5, 6, 7, 2], (row) => row === 5 || row === 2);
    expect(standing.filter(({ whole }) => whole).map(({ key, row }) => [key, row])).toEqual([[5, 5], [2, 2]]);
    expect(standing.slice(2).map(({ row, whole }) => [row, whole])).toEqual([[4, false], [6, false], [7, false]]);
  });

  test('take over the places of those that flung past, however far it goes', () => {
    let standing: readonly Standing[] = [];
    const keys = new Set<number>();
    for (let first = 0; first < 10_000; first += 3) {
      standing = standingRows(standing, rowsFrom(first, 6), none);
      expect(standing.map(({ row }) => row).sort((a, b) => a - b)).toEqual(rowsFrom(first, 6));
      for (const { key } of standing) keys.add(key);
    }
    expect(keys.size).toBe(6);
  });

  test('stay where they are while they are sketches', () => {
    const before = standingRows([], rowsFrom(10, 5), none);
    const after = standingRows(before, rowsFrom(12, 5), none);
    const keyOf = (rows: readonly Standing[], row: number): number | undefined => rows.find((one) => one.row === row)?.key;
    for (const row of [12, 13, 14]) expect(keyOf(after, row)).toBe(keyOf(before, row));
    expect(after.map(({ key }) => key)).toEqual(before.map(({ key }) => key));
  });

  test('have one key each, also when the view grows and shrinks', () => {
    let standing: readonly Standing[] = [];
    for (const [first, count] of [[0, 6], [3, 9], [40, 2], [41, 12], [30, 12]] as const) {
      standing = standingRows(standing, rowsFrom(first, count), (row) => row % 5 === 0);
      expect(new Set(standing.map(({ key }) => key)).size).toBe(count);
    }
  });

  test('leave their sketch when they become whole', () => {
    const before = standingRows([], [1, 2, 3], none);
    const after = standingRows(before, [1, 2, 3], (row) => row === 2);
    expect(after.map(({ key, row }) => [key, row])).toEqual([[2, 2], ...before.filter(({ row }) => row !== 2).map(({ key, row }) => [key, row])]);
  });
});
