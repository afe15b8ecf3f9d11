/**
 * The runner protocol is written three times, since neither the engine nor the lambda kit may import the other: what one encodes the
 * others must read.
 */
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import * as engine from '../../packages/engine/src/lambdas/local/frames.ts';
import * as kit from '../../packages/lambda-kit/src/runner/frames.ts';

const path = (relative: string): string => new URL(`../../packages/${relative}`, import.meta.url).pathname;

/** Reads frames from stdin, in pieces of seven bytes, and writes them again. */
const PYTHON = `
import sys
sys.path.insert(0, sys.argv[1])
from laneway_runner.frames import Decoder, encode
decoder = Decoder()
data = sys.stdin.buffer.read()
for start in range(0, len(data), 7):
    for kind, payload in decoder.feed(data[start:start + 7]):
        sys.stdout.buffer.write(encode(kind, payload))
`;
/** Says what the decoder of Python makes of a header. */
const PYTHON_LIMIT = `
import sys
sys.path.insert(0, sys.argv[1])
from laneway_runner import frames
print(frames.MAX_PAYLOAD_BYTES)
`;

const frames = [
  ['R', ''],
  ['J', '{"text":"zażółć \\u0000 🚀"}'],
  ['A', 'x'.repeat(300_000)],
  ['X', 'Traceback'],
  ['T', ''],
] as const;
const encoded = Buffer.concat(frames.map(([kind, payload]) => engine.encodeFrame(kind, payload)));

function read(decoder: engine.FrameDecoder | kit.FrameDecoder, data: Buffer, pieceBytes: number): [string, string][] {
  const found: [string, string][] = [];
  for (let start = 0; start < data.length; start += pieceBytes) {
    for (const { kind, payload } of decoder.feed(data.subarray(start, start + pieceBytes))) {
      found.push([kind, payload.toString('utf8')]);
    }
  }
  return found;
}

function python(program: string, input: Buffer): Buffer {
  return execFileSync('python3', ['-I', '-B', '-c', program, path('lambda-kit/python')], { input, maxBuffer: 1 << 24 });
}

describe('frames', () => {
  test('are written alike by the engine and the lambda kit, with one limit', () => {
    expect(frames.map(([kind, payload]) => kit.encodeFrame(kind, payload))).toEqual(
      frames.map(([kind, payload]) => engine.encodeFrame(kind, payload)),
    );
    expect(kit.MAX_PAYLOAD_BYTES).toBe(engine.MAX_PAYLOAD_BYTES);
  });

  test.each([1, 7, 65_536])('are read again from pieces of %i bytes', (pieceBytes) => {
    expect(read(new engine.FrameDecoder(), encoded, pieceBytes)).toEqual(frames);
    expect(read(new kit.FrameDecoder(), encoded, pieceBytes)).toEqual(frames);
  });

  test('are read and written by Python byte for byte', () => {
    expect(python(PYTHON, encoded).equals(encoded)).toBe(true);
  });

  test('announced beyond the common limit break the stream instead of filling memory', () => {
    expect(Number(python(PYTHON_LIMIT, Buffer.alloc(0)))).toBe(engine.MAX_PAYLOAD_BYTES);
    const header = Buffer.alloc(5, 'A');
    header.writeUInt32BE(engine.MAX_PAYLOAD_BYTES + 1, 1);
    expect(() => new engine.FrameDecoder().feed(header)).toThrow(/limit/);
    expect(() => new kit.FrameDecoder().feed(header)).toThrow(/limit/);
  });
});
