import { SingleBar } from 'cli-progress';
import { printable, type Terminal } from './terminal.ts';

export interface ByteProgress {
  /** The pieces as they pass, counted. */
  watch<T extends Uint8Array | string>(pieces: AsyncIterable<T>): AsyncGenerator<T>;
  stop(): void;
}

/** How far bytes have come, on a terminal; with a bar when their number is known. Nothing where nobody watches. */
export function byteProgress(terminal: Terminal, name: string, total: number | undefined): ByteProgress {
  if (!terminal.interactive) return { watch: unwatched, stop: () => undefined };
  const format = total === undefined ? ' {name} {size}' : ' {name} {bar} {percentage}% {size}';
  const bar = new SingleBar({ format, stream: terminal.err, hideCursor: true, forceRedraw: true, barsize: 30, linewrap: false });
  bar.start(total ?? 1, 0, { name: printable(name), size: sizeText(0) });
  let count = 0;
  return {
    watch: async function* (pieces) {
      for await (const piece of pieces) {
        yield piece;
        count += piece.length;
        bar.update(total === undefined ? 0 : Math.min(count, total), { size: sizeText(count) });
      }
    },
    stop: () => bar.stop(),
  };
}

async function* unwatched<T>(pieces: AsyncIterable<T>): AsyncGenerator<T> {
  yield* pieces;
}

/** Three digits are enough to see it grow. */
export function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let [value, unit] = [bytes, 0];
  for (; value >= 1000 && unit < units.length - 1; unit += 1) value /= 1000;
  return `${unit === 0 ? value : value.toPrecision(3)} ${units[unit]}`;
}
