/** Caveats: their JSON form, their text inside a token, and when they hold (rest §2.4). */
import { BlockList, isIP } from 'node:net';

export type Caveat =
  | { readonly type: 'time'; readonly validUntil: number }
  | { readonly type: 'ip'; readonly whitelist: readonly string[] }
  | { readonly type: 'asn'; readonly whitelist: readonly number[] }
  | { readonly type: 'geo.country' | 'geo.region'; readonly filter: 'whitelist' | 'blacklist'; readonly list: readonly string[] }
  | { readonly type: 'service' | 'consumer' | 'api' | 'data.path' | 'data.objectid'; readonly whitelist: readonly string[] }
  | { readonly type: 'interface'; readonly interface: 'rest' | 'oneclient' | 'graphsync' }
  | { readonly type: 'data.readonly' }
  | { readonly scope: 'identityToken' };

const interfaces = ['rest', 'oneclient', 'graphsync'] as const;
const listTypes = ['service', 'consumer', 'api', 'data.path', 'data.objectid'] as const;

function isListType(name: string): name is (typeof listTypes)[number] {
  return (listTypes as readonly string[]).includes(name);
}

function isMask(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  return rest.length === 0 && isIP(address) === 4 && (bits === undefined || (/^\d{1,2}$/.test(bits) && Number(bits) <= 32));
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string' && item !== '' && !/[|\n]/.test(item));
}

/** The caveat that a JSON value describes, or null when it is not one. */
export function caveatFromJson(value: unknown): Caveat | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const json = value as Readonly<Record<string, unknown>>;
  const type = Object.hasOwn(json, 'type') ? json['type'] : undefined;
  const whitelist = json['whitelist'];
  if (type === undefined) return json['scope'] === 'identityToken' ? { scope: 'identityToken' } : null;
  if (type === 'time') {
    const validUntil = json['validUntil'];
    return Number.isSafeInteger(validUntil) && Number(validUntil) >= 0 ? { type, validUntil: Number(validUntil) } : null;
  }
  if (type === 'data.readonly') return { type };
  if (type === 'interface') {
    const name = interfaces.find((known) => known === json['interface']);
    return name === undefined ? null : { type, interface: name };
  }
  if (type === 'asn') {
    const numbers =
      Array.isArray(whitelist) && whitelist.length > 0 && whitelist.every((item) => Number.isSafeInteger(item) && Number(item) >= 0);
    return numbers ? { type, whitelist: whitelist.map(Number) } : null;
  }
  if (type === 'geo.country' || type === 'geo.region') {
    const filter = json['filter'];
    return (filter === 'whitelist' || filter === 'blacklist') && isTextList(json['list']) ? { type, filter, list: json['list'] } : null;
  }
  if (!isTextList(whitelist)) return null;
  if (type === 'ip') return whitelist.every(isMask) ? { type, whitelist } : null;
  return typeof type === 'string' && isListType(type) ? { type, whitelist } : null;
}

/** The text that is signed. */
export function caveatToText(caveat: Caveat): string {
  if ('scope' in caveat) return 'authorization = none';
  switch (caveat.type) {
    case 'time':
      return `time < ${caveat.validUntil}`;
    case 'interface':
      return `interface = ${caveat.interface}`;
    case 'data.readonly':
      return 'data.readonly';
    case 'geo.country':
    case 'geo.region':
      return `${caveat.type} ${caveat.filter === 'whitelist' ? '=' : '!='} ${caveat.list.join('|')}`;
    case 'ip':
    case 'asn':
    case 'service':
    case 'consumer':
    case 'api':
    case 'data.path':
    case 'data.objectid':
      return `${caveat.type} = ${caveat.whitelist.join('|')}`;
  }
}

/** The caveat in a signed text, or null (`tokenCaveatUnknown`). */
export function caveatFromText(text: string): Caveat | null {
  if (text === 'authorization = none') return { scope: 'identityToken' };
  if (text === 'data.readonly') return { type: 'data.readonly' };
  const match = /^([a-z.]+) (=|!=|<) (.+)$/s.exec(text);
  if (match === null) return null;
  const [, type = '', operator = '', value = ''] = match;
  if (type === 'time') return operator === '<' && /^\d+$/.test(value) ? caveatFromJson({ type, validUntil: Number(value) }) : null;
  if (type === 'geo.country' || type === 'geo.region') {
    return operator === '<' ? null : caveatFromJson({ type, filter: operator === '=' ? 'whitelist' : 'blacklist', list: value.split('|') });
  }
  if (operator !== '=') return null;
  if (type === 'interface') return caveatFromJson({ type, interface: value });
  if (type === 'asn') return /^[\d|]+$/.test(value) ? caveatFromJson({ type, whitelist: value.split('|').map(Number) }) : null;
  return caveatFromJson({ type, whitelist: value.split('|') });
}

/** What is known of the party that presents a token. */
export interface TokenContext {
  readonly nowSeconds: number;
  readonly peerIp: string | null;
  /** Names under which the handling service may be whitelisted, such as `opw-<id>`. */
  readonly services: readonly string[];
}

/** Whether an authentication-time caveat holds; those of data access and `api` are decided per operation (rest R31). */
export function caveatHolds(caveat: Caveat, context: TokenContext): boolean {
  if ('scope' in caveat) return false;
  switch (caveat.type) {
    case 'time':
      return context.nowSeconds < caveat.validUntil;
    case 'ip':
      return context.peerIp !== null && inMasks(context.peerIp, caveat.whitelist);
    case 'service':
      return caveat.whitelist.some((entry) => context.services.includes(entry));
    case 'interface':
      // An oneclient token passes here and is refused per operation, as data access is (rest R32).
      return caveat.interface !== 'graphsync';
    // Neither an address database nor consumer tokens exist here, so these can never be shown to hold.
    case 'asn':
    case 'geo.country':
    case 'geo.region':
    case 'consumer':
      return false;
    case 'api':
    case 'data.readonly':
    case 'data.path':
    case 'data.objectid':
      return true;
  }
}

function inMasks(peerIp: string, masks: readonly string[]): boolean {
  const address = peerIp.replace(/^::ffff:/i, '');
  if (isIP(address) !== 4) return false;
  const list = new BlockList();
  for (const mask of masks) {
    const [network = '', bits] = mask.split('/');
    list.addSubnet(network, bits === undefined ? 32 : Number(bits), 'ipv4');
  }
  return list.check(address, 'ipv4');
}

export function isDataCaveat(caveat: Caveat): boolean {
  if ('scope' in caveat) return false;
  return caveat.type.startsWith('data.') || (caveat.type === 'interface' && caveat.interface === 'oneclient');
}
