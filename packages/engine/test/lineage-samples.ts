/** Origins as jobs leave them, at random but the same for a seed. */
import type { Piece } from '../src/stores/chunks.ts';
import { decodeOrigins, jobText, type Origin, type StoredOrigin } from '../src/stores/lineage-text.ts';

/** Whole numbers below a bound. */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Runs of items of one batch, several values of one item, streamed values, and what no job wrote. */
export function randomOrigins(random: (below: number) => number, count: number): readonly (Origin | undefined)[] {
  const origins: (Origin | undefined)[] = [];
  while (origins.length < count) {
    const length = Math.min(count - origins.length, 1 + random(random(4) === 0 ? 1200 : 4));
    const job = jobText(`task${random(3)}`, 1 + random(3));
    const first = random(100_000);
    const kind = random(4);
    for (let offset = 0; offset < length; offset += 1) {
      if (kind === 0) origins.push(undefined);
      else origins.push({ job, item: kind === 1 ? null : kind === 2 ? first : first + offset });
    }
  }
  return origins;
}

/** The same origin as it is read back. */
export function stored(origin: Origin | undefined): StoredOrigin | null {
  if (origin === undefined) return null;
  const [taskId = '', attempt = '1'] = origin.job.split('#');
  return { taskId, attempt: Number(attempt), item: origin.item };
}

export function originsIn(piece: Piece): readonly (StoredOrigin | null)[] {
  return decodeOrigins(piece.lineage ?? null, piece.itemCount, 0, piece.itemCount);
}
