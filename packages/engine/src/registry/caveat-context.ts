/** When a caveat holds, and which kinds of tokens may carry it (rest §2.4). */
import { BlockList, isIP } from 'node:net';
import type { AddressFacts } from './address-data.ts';
import { isDataCaveat, type ApiInterface, type Caveat } from './caveats.ts';
import type { TokenKind } from './token-types.ts';

/** What is known of the party that presents a token. */
export interface TokenContext {
  readonly nowSeconds: number;
  readonly peerIp: string | null;
  /** What the address data says of the peer; null without data, or when it has nothing on it. */
  readonly peer: AddressFacts | null;
  /** The handling service, such as `opw-<id>`; null when none is named. */
  readonly service: string | null;
  readonly interface: ApiInterface | null;
  /** Who presents the token, as `usr-<id>` and the groups of that user as `grp-<id>`; empty when it is not told. */
  readonly consumers: readonly string[];
  /** Whether caveats of data access are accepted here, to be checked per operation (rest R23, R31). */
  readonly dataAccess: boolean;
  /** Caveats on the place of use – address, service, interface – count as met. */
  readonly anywhere: boolean;
}

const places: readonly string[] = ['ip', 'asn', 'geo.country', 'geo.region', 'service', 'interface'];

const everywhere: readonly string[] = ['time', 'ip', 'asn', 'geo.country', 'geo.region', 'consumer'];

/** Whether a token of this kind may carry the caveat. */
export function kindMayCarry(kind: TokenKind, caveat: Caveat): boolean {
  if (kind === 'access') return true;
  if ('scope' in caveat) return false;
  return everywhere.includes(caveat.type) || (kind === 'identity' && caveat.type === 'interface');
}

/** Whether an authentication-time caveat holds; those of data access and `api` are decided per operation (rest R31). */
export function caveatHolds(caveat: Caveat, context: TokenContext): boolean {
  if ('scope' in caveat) return false;
  if (context.anywhere && places.includes(caveat.type)) return true;
  if (isDataCaveat(caveat)) return context.dataAccess;
  switch (caveat.type) {
    case 'time':
      return context.nowSeconds < caveat.validUntil;
    case 'ip':
      return context.peerIp !== null && inMasks(context.peerIp, caveat.whitelist);
    case 'asn':
      return caveat.whitelist.some((asn) => asn === context.peer?.asn);
    case 'geo.country':
      return listed(caveat, typeof context.peer?.country === 'string' ? [context.peer.country] : []);
    case 'geo.region':
      return listed(caveat, context.peer?.regions ?? []);
    case 'service':
      return context.service !== null && servesFor(caveat.whitelist, context.service);
    case 'interface':
      return context.interface === caveat.interface;
    case 'consumer':
      return context.consumers.some((consumer) => matchesId(caveat.whitelist, consumer));
    case 'api':
      return true;
    case 'data.readonly':
    case 'data.path':
    case 'data.objectid':
      return context.dataAccess;
  }
}

function listed(
  caveat: { readonly filter: 'whitelist' | 'blacklist'; readonly list: readonly string[] },
  places: readonly string[],
): boolean {
  // What is not known is in no list, and out of none.
  return places.length > 0 && places.some((place) => caveat.list.includes(place)) === (caveat.filter === 'whitelist');
}

/** Whether an entry names the id, or all of its kind (`usr-*`). */
function matchesId(whitelist: readonly string[], name: string): boolean {
  return whitelist.includes(name) || whitelist.includes(`${name.slice(0, 4)}*`);
}

/** A token for providers reaches a part of Onezone as well, which is decided per operation (rest R34). */
function servesFor(whitelist: readonly string[], service: string): boolean {
  return matchesId(whitelist, service) || (service.startsWith('ozw-') && whitelist.some((entry) => entry.startsWith('opw-')));
}

/** Whether a service caveat lets the token act on Onezone only as a provider would (rest R34). */
export function isForProvidersOnly(caveat: Caveat): boolean {
  return 'type' in caveat && caveat.type === 'service' && !caveat.whitelist.some((entry) => entry.startsWith('ozw-'));
}

/** An IPv4 address that came over IPv6 counts as what it is; zones of link-local addresses do not count. */
export function plainAddress(peerIp: string): string {
  return peerIp.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
}

function inMasks(peerIp: string, masks: readonly string[]): boolean {
  const address = plainAddress(peerIp);
  const family = isIP(address);
  if (family === 0) return false;
  const [version, widest] = family === 4 ? (['ipv4', 32] as const) : (['ipv6', 128] as const);
  const list = new BlockList();
  for (const mask of masks) {
    const [network = '', bits] = mask.split('/');
    if (isIP(network) === family) list.addSubnet(network, bits === undefined ? widest : Number(bits), version);
  }
  return list.check(address, version);
}
