/**
 * Bytes that arrive in pieces, copied together. A piece may be as small as its sender likes, and one that is kept as it is costs some
 * hundred bytes: so none is, and what is held is in proportion to the bytes alone.
 */
const smallestBlock = 1024;
const largestBlock = 64 * 1024;

export class GatheredBytes {
  #full: Buffer[] = [];
  #block = Buffer.alloc(0);
  #used = 0;
  length = 0;

  add(piece: Uint8Array): void {
    for (let at = 0; at < piece.length;) {
      if (this.#used === this.#block.length) this.#nextBlock(piece.length - at);
      const part = piece.subarray(at, at + this.#block.length - this.#used);
      this.#block.set(part, this.#used);
      this.#used += part.length;
      this.length += part.length;
      at += part.length;
    }
  }

  /** Everything so far, in memory of its own; nothing is left. */
  take(): Buffer {
    const bytes = Buffer.concat([...this.#full, this.#block.subarray(0, this.#used)], this.length);
    this.clear();
    return bytes;
  }

  clear(): void {
    this.#full = [];
    this.#used = 0;
    this.length = 0;
  }

  /** Blocks grow with what there is, so that a short text takes little. */
  #nextBlock(wanted: number): void {
    if (this.#used > 0) this.#full.push(this.#block);
    this.#block = Buffer.allocUnsafe(Math.min(largestBlock, Math.max(smallestBlock, wanted, this.length)));
    this.#used = 0;
  }
}
