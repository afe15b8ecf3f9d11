import { describe, expect, it } from 'vitest';
import { cutIntoPieces, mergePieces, type Piece } from './chunks.ts';
import { maxChunkItemCount } from './limits.ts';
import { continueLineage, decodeOrigins, encodeOrigins, jobText, noOrigins, type Origin } from './lineage-text.ts';
import { originsIn, randomNumbers, randomOrigins, stored } from '../../test/lineage-samples.ts';

const from = (job: string, ...items: readonly (number | null)[]): Origin[] => items.map((item) => ({ job, item }));

describe('the lineage of a chunk', () => {
  it.each([
    [from('t', 7), '7@t'],
    [from('t', 100, 101, 102), '100-102@t'],
    [from('t', 5, 5, 5), '5*3@t'],
    [from('t', 5, 5, 6), '5*2,6@t'],
    [from('t', 1, 2, 2, 1), '1-2,2,1@t'],
    [from('t', null, 0, null, null), '-,0,-*2@t'],
    [[...from('t', 1), ...from(jobText('t', 2), 2), ...from('u', 3)], '1@t\n2@t#2\n3@u'],
    [[undefined, undefined, ...from('t', 1), undefined], '-*2@\n1@t\n-@'],
  ])('is short for what jobs write, and reads back the same (%#)', (origins, text) => {
    expect(encodeOrigins(origins)).toBe(text);
    expect(decodeOrigins(text, origins.length, 0, origins.length)).toEqual(origins.map(stored));
  });

  it('is nothing at all when no item has an origin', () => {
    expect(encodeOrigins([])).toBeUndefined();
    expect(encodeOrigins([undefined, undefined])).toBeUndefined();
    expect(mergePieces(cutIntoPieces(['1', '2'], () => undefined))).toEqual([{ itemCount: 2, bytes: 4, text: '1\n2' }]);
    expect(decodeOrigins(null, 3, 1, 3)).toEqual([null, null]);
  });

  it('names a job once for neighbours of the same job, and only for the same', () => {
    expect(continueLineage('1@t', '2-3@t')).toBe('1,2-3@t');
    expect(continueLineage('1@t', '2@t#2')).toBe('1@t\n2@t#2');
    expect(continueLineage('1@at', '2@t')).toBe('1@at\n2@t');
    expect(continueLineage('1@u\n2@t', '3@t\n4@u')).toBe('1@u\n2,3@t\n4@u');
    expect(continueLineage(noOrigins(3), noOrigins(2))).toBe('-*3,-*2@');
    expect(continueLineage('1@t', noOrigins(2))).toBe('1@t\n-*2@');
  });

  it('is unknown as a whole when it does not stand for all items', () => {
    expect(decodeOrigins('1-3@t', 4, 0, 4)).toEqual([null, null, null, null]);
    expect(decodeOrigins('1-3@t', 2, 0, 2)).toEqual([null, null]);
  });

  it('gives back every origin however pieces are cut, merged and read (property)', () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const random = randomNumbers(seed);
      const origins = randomOrigins(random, 1 + random(2500));
      const cut: Piece[] = [];
      for (let at = 0; at < origins.length;) {
        const next = at + 1 + random(random(3) === 0 ? 1500 : 5);
        const part = origins.slice(at, next);
        cut.push(
          ...cutIntoPieces(
            part.map((_, index) => String(index)),
            (index) => part[index],
          ),
        );
        at = next;
      }
      // First neighbours in random groups, as commits do, then everything, as a chunk does.
      const grouped: Piece[] = [];
      for (let at = 0; at < cut.length;) {
        const next = at + 1 + random(10);
        grouped.push(...mergePieces(cut.slice(at, next)));
        at = next;
      }
      const merged = mergePieces(grouped);
      expect(merged.every((piece) => piece.itemCount <= maxChunkItemCount)).toBe(true);
      expect(merged.flatMap(originsIn), `seed ${seed}`).toEqual(origins.map(stored));
    }
  });

  it('gives back any part of a chunk (property)', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = randomNumbers(seed);
      const origins = randomOrigins(random, 1 + random(40));
      const start = random(origins.length);
      const end = start + random(origins.length - start + 1);
      const read = decodeOrigins(encodeOrigins(origins) ?? null, origins.length, start, end);
      expect(read, `seed ${seed}`).toEqual(origins.slice(start, end).map(stored));
    }
  });

  it('costs a few bytes for a batch of 100 and not many more for a batch of one', () => {
    const job = '3f'.repeat(19);
    const perItem = (batchSize: number): number => {
      const pieces = Array.from({ length: 1000 / batchSize }, (_, batch) =>
        cutIntoPieces(
          Array.from({ length: batchSize }, () => '1'),
          (index) => ({ job, item: 500_000 + batch * batchSize + index }),
        ),
      );
      return mergePieces(pieces.flat()).reduce((sum, piece) => sum + (piece.lineage?.length ?? 0), 0) / 1000;
    };
    expect(perItem(100)).toBeLessThan(0.2);
    expect(perItem(1)).toBeLessThan(8);
  });
});
