/**
 * Macaroons with first-party caveats in the binary packet format (four hex digits of length, a key, a
 * space, the value, a line feed) that Onedata clients exchange: an HMAC-SHA256 chain over the identifier
 * and the caveats (rest §2.2).
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

export interface Macaroon {
  readonly location: string;
  readonly identifier: string;
  readonly caveats: readonly string[];
  readonly signature: Buffer;
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest();
}

export function mintMacaroon(params: { readonly location: string; readonly identifier: string; readonly secret: string }): Macaroon {
  const key = hmac('macaroons-key-generator', params.secret);
  return { location: params.location, identifier: params.identifier, caveats: [], signature: hmac(key, params.identifier) };
}

/** Adding caveats needs no secret: the chain is extended (rest R135). */
export function addCaveats(macaroon: Macaroon, caveats: readonly string[]): Macaroon {
  const signature = caveats.reduce((last, caveat) => hmac(last, caveat), macaroon.signature);
  return { ...macaroon, caveats: [...macaroon.caveats, ...caveats], signature };
}

/** Whether the chain was begun with this secret; compared in constant time. */
export function signatureMatches(macaroon: Macaroon, secret: string): boolean {
  const expected = addCaveats(mintMacaroon({ location: macaroon.location, identifier: macaroon.identifier, secret }), macaroon.caveats);
  return macaroon.signature.length === expected.signature.length && timingSafeEqual(macaroon.signature, expected.signature);
}

function packet(key: string, value: string | Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(`${key} `), Buffer.from(value as string), Buffer.from('\n')]);
  return Buffer.concat([Buffer.from((body.length + 4).toString(16).padStart(4, '0')), body]);
}

/** A caveat longer than a packet can say (65 535 bytes) is a programming error: callers bound their input. */
export function encodeMacaroon(macaroon: Macaroon): Buffer {
  const parts = [
    packet('location', macaroon.location),
    packet('identifier', macaroon.identifier),
    ...macaroon.caveats.map((caveat) => packet('cid', caveat)),
    packet('signature', macaroon.signature),
  ];
  if (parts.some((part) => part.length > 0xffff)) throw new RangeError('a part of the token is too long to be encoded');
  return Buffer.concat(parts);
}

interface Packet {
  readonly key: string;
  readonly value: Buffer;
}

function readPackets(bytes: Buffer): Packet[] | null {
  const packets: Packet[] = [];
  let at = 0;
  while (at < bytes.length) {
    const lengthText = bytes.toString('latin1', at, at + 4);
    // One way of writing it only: no two texts are the same token.
    if (!/^[0-9a-f]{4}$/.test(lengthText)) return null;
    const end = at + Number.parseInt(lengthText, 16);
    const space = bytes.indexOf(0x20, at + 4);
    if (end > bytes.length || end < at + 6 || space === -1 || space >= end || bytes[end - 1] !== 0x0a) return null;
    packets.push({ key: bytes.toString('latin1', at + 4, space), value: bytes.subarray(space + 1, end - 1) });
    at = end;
  }
  return packets;
}

/** null for bytes that are not a macaroon of this format; third-party caveats are not accepted. */
export function decodeMacaroon(bytes: Buffer): Macaroon | null {
  const packets = readPackets(bytes);
  if (packets === null || packets.length < 3) return null;
  const [location, identifier, ...rest] = packets;
  const signature = rest.pop();
  if (location?.key !== 'location' || identifier?.key !== 'identifier' || signature?.key !== 'signature') return null;
  if (signature.value.length !== 32 || rest.some((caveat) => caveat.key !== 'cid')) return null;
  return {
    location: location.value.toString('utf8'),
    identifier: identifier.value.toString('utf8'),
    caveats: rest.map((caveat) => caveat.value.toString('utf8')),
    signature: Buffer.from(signature.value),
  };
}
