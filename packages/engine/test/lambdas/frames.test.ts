/** Frames over a pipe, however it cuts them. */
import { expect, test } from 'vitest';
import { encodeFrame, FrameDecoder, MAX_PAYLOAD_BYTES } from '../../src/lambdas/local/frames.ts';

const sent = [
  ['R', ''],
  ['A', 'short'],
  ['H', ''],
  ['A', 'ä'.repeat(100_000)],
  ['T', ''],
  ['A', 'x'.repeat(65_536 - 5)],
] as const;
const stream = Buffer.concat(sent.map(([kind, payload]) => encodeFrame(kind, payload)));

test.each([1, 2, 4, 5, 6, 1000, 65_536, 1_000_000])('frames come out as they went in when the pipe gives %i bytes at a time', (size) => {
  const decoder = new FrameDecoder();
  const got: (readonly [string, string])[] = [];
  for (let at = 0; at < stream.length; at += size) {
    for (const { kind, payload } of decoder.feed(stream.subarray(at, at + size))) got.push([kind, payload.toString()]);
  }
  expect(got).toEqual(sent);
});

test('pieces of an unfinished frame are not kept as they came, so a lambda that writes single bytes fills no memory', () => {
  const decoder = new FrameDecoder();
  const piece = Buffer.alloc(1);
  const frame = encodeFrame('A', 'the one memory of all pieces is used again');
  const got = [...frame].flatMap((byte) => {
    piece[0] = byte;
    return decoder.feed(piece);
  });
  expect(got.map(({ payload }) => payload.toString())).toEqual(['the one memory of all pieces is used again']);
});

test('a frame beyond the limit is refused as soon as its header is there', () => {
  const header = Buffer.alloc(5);
  header.write('A', 'latin1');
  header.writeUInt32BE(MAX_PAYLOAD_BYTES + 1, 1);
  const decoder = new FrameDecoder();
  expect(decoder.feed(header.subarray(0, 4))).toEqual([]);
  expect(() => decoder.feed(header.subarray(4))).toThrow('beyond the limit');
});
