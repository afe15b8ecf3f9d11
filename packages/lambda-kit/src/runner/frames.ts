/**
 * Frames of the runner protocol: one byte of type, four bytes of length (big endian), the payload.
 * To the runner: J job, S stop, B beat. From it: R ready, F import failed, H heartbeat, A answer (JSON text),
 * X crashed (reason), T stopped without an answer, E the node's beat was missing.
 */
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

/** Collects bytes and gives back the complete frames among them. */
export class FrameDecoder {
  #chunks: Buffer[] = [];
  #length = 0;

  /** Throws when the stream carries something that cannot be a frame. */
  feed(data: Buffer): Frame[] {
    this.#chunks.push(data);
    this.#length += data.length;
    const frames: Frame[] = [];
    while (this.#length >= HEADER_BYTES) {
      const head = this.#join(HEADER_BYTES);
      const payloadBytes = head.readUInt32BE(1);
      if (payloadBytes > MAX_PAYLOAD_BYTES) {
        throw new RangeError(`A frame of ${payloadBytes} bytes is beyond the limit of ${MAX_PAYLOAD_BYTES}.`);
      }
      const end = HEADER_BYTES + payloadBytes;
      if (this.#length < end) {
        break;
      }
      const whole = this.#join(end);
      frames.push({ kind: whole.toString('latin1', 0, 1), payload: whole.subarray(HEADER_BYTES, end) });
      this.#chunks = [whole.subarray(end)];
      this.#length -= end;
    }
    return frames;
  }

  /** The first chunk, made at least so long; joins only when it must, so a long answer is not copied again and again. */
  #join(byteCount: number): Buffer {
    const first = this.#chunks[0];
    if (first !== undefined && first.length >= byteCount) {
      return first;
    }
    const joined = Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }
}
