/**
 * Frames of the runner protocol: one byte of type, four bytes of length (big endian), the payload.
 * To the runner: J job, S stop, B beat. From it: R ready, F import failed, H heartbeat, A answer (JSON text),
 * X crashed (reason), T stopped without an answer, E the node's beat was missing.
 */
import { GatheredBytes } from '../../gathered-bytes.ts';

const HEADER_BYTES = 5;
/** A frame beyond this is a broken peer, not a large answer: the other side's memory is not its to fill. */
export const MAX_PAYLOAD_BYTES = 256 * 1024 * 1024;

export interface Frame {
  readonly kind: string;
  readonly payload: Buffer;
}

export function encodeFrame(kind: string, payload: string | Buffer = ''): Buffer {
  const body = typeof payload === 'string' ? Buffer.from(payload, 'utf8') : payload;
  const frame = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  frame.write(kind, 0, 1, 'latin1');
  frame.writeUInt32BE(body.length, 1);
  body.copy(frame, HEADER_BYTES);
  return frame;
}

/**
 * Collects bytes and gives back the complete frames among them. A lambda writes as small pieces as it likes: what is held of a
 * frame that is not complete is in proportion to its bytes.
 */
export class FrameDecoder {
  readonly #header = Buffer.alloc(HEADER_BYTES);
  #headerLength = 0;
  readonly #payload = new GatheredBytes();

  /** Throws when the stream carries something that cannot be a frame. The frames may share their memory with the data. */
  feed(data: Buffer): Frame[] {
    const frames: Frame[] = [];
    for (let at = 0; at < data.length;) {
      const headerPart = data.copy(this.#header, this.#headerLength, at, at + HEADER_BYTES - this.#headerLength);
      this.#headerLength += headerPart;
      at += headerPart;
      if (this.#headerLength < HEADER_BYTES) break;
      const missing = this.#payloadBytes() - this.#payload.length;
      const part = data.subarray(at, at + missing);
      at += part.length;
      const payload = this.#completed(part, missing);
      if (payload === undefined) break;
      frames.push({ kind: this.#header.toString('latin1', 0, 1), payload });
      this.#headerLength = 0;
    }
    return frames;
  }

  #payloadBytes(): number {
    const payloadBytes = this.#header.readUInt32BE(1);
    if (payloadBytes > MAX_PAYLOAD_BYTES) {
      throw new RangeError(`A frame of ${payloadBytes} bytes is beyond the limit of ${MAX_PAYLOAD_BYTES}.`);
    }
    return payloadBytes;
  }

  /** What came at once is not copied. */
  #completed(part: Buffer, missing: number): Buffer | undefined {
    if (this.#payload.length === 0 && part.length === missing) return part;
    this.#payload.add(part);
    return part.length === missing ? this.#payload.take() : undefined;
  }
}
