/**
 * Items of JSON Lines as they arrive: one JSON text a line, checked line by line, in groups of bounded size. Memory is
 * that of one group and one item, whatever the number of lines.
 */
import { isUtf8 } from 'node:buffer';
import { makeError, ok, parseJson, refuse, type ErrorObject, type Result } from '@laneway/model';
import { GatheredBytes } from '../gathered-bytes.ts';
import { isTooLarge } from '../mapping/item-size.ts';

const lineFeed = 0x0a;

const byteOrderMark = Buffer.from('\ufeff');

export class ItemLines {
  readonly #maxItemBytes: number;
  /** What came after the last line feed. */
  readonly #rest = new GatheredBytes();
  #lineCount = 0;
  byteCount = 0;

  constructor(maxItemBytes: number) {
    this.#maxItemBytes = maxItemBytes;
  }

  /** The items of the lines that end in this piece of the text, or what is wrong with the first bad one. */
  take(piece: Uint8Array): Result<readonly string[]> {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    this.byteCount += bytes.length;
    const end = bytes.lastIndexOf(lineFeed);
    const found = end === -1 ? ok([]) : this.#itemsOf(this.#endLine(bytes.subarray(0, end)));
    if (!found.ok) return found;
    this.#rest.add(bytes.subarray(end + 1));
    // Refused before it is all here.
    return this.#rest.length > this.#maxItemBytes + byteOrderMark.length ? refuse(this.#tooLong(this.#lineCount + 1)) : found;
  }

  /** The last line, which needs no line feed. */
  end(): Result<readonly string[]> {
    const last = this.#rest.take();
    return last.length === 0 ? ok([]) : this.#itemsOf(last);
  }

  #endLine(end: Buffer): Buffer {
    this.#rest.add(end);
    return this.#rest.take();
  }

  #itemsOf(bytes: Buffer): Result<readonly string[]> {
    const isFirst = this.#lineCount === 0;
    const text = isFirst && bytes.subarray(0, byteOrderMark.length).equals(byteOrderMark) ? bytes.subarray(byteOrderMark.length) : bytes;
    const lines = text.toString('utf8').split('\n');
    // Bytes that are no UTF-8 would be replaced silently.
    const badLine = isUtf8(text) ? -1 : firstBadLine(text);
    const items: string[] = [];
    for (const [offset, line] of lines.entries()) {
      this.#lineCount += 1;
      if (offset === badLine) return refuse(lineError(this.#lineCount, 'it is not UTF-8'));
      const item = line.endsWith('\r') ? line.slice(0, -1) : line;
      if (/^[ \t]*$/.test(item)) continue;
      if (isTooLarge(item, this.#maxItemBytes)) return refuse(this.#tooLong(this.#lineCount));
      const parsed = parseJson(item);
      if (!parsed.ok) return refuse(lineError(this.#lineCount, `${jsonProblems[parsed.reason]} (character ${parsed.position + 1})`));
      items.push(item);
    }
    return ok(items);
  }

  #tooLong(line: number): ErrorObject {
    return lineError(line, `an item may have ${this.#maxItemBytes} bytes at most`);
  }
}

const jsonProblems = { syntax: 'it is not valid JSON', tooDeep: 'it is nested too deeply', tooLarge: 'a number is too large' } as const;

function lineError(line: number, problem: string): ErrorObject {
  return makeError('badData', { key: 'body', hint: `line ${line}: ${problem}` });
}

function firstBadLine(bytes: Buffer): number {
  let line = 0;
  let start = 0;
  for (;;) {
    const end = bytes.indexOf(lineFeed, start);
    if (!isUtf8(bytes.subarray(start, end === -1 ? undefined : end))) return line;
    if (end === -1) return -1;
    line += 1;
    start = end + 1;
  }
}
