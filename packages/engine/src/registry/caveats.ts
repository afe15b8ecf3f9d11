/** Caveats: their JSON form and their text inside a token (rest §2.4). */
import { isIP } from 'node:net';

export type Caveat =
  | { readonly type: 'time'; readonly validUntil: number }
  | { readonly type: 'ip'; readonly whitelist: readonly string[] }
  | { readonly type: 'asn'; readonly whitelist: readonly number[] }
  | { readonly type: 'geo.country' | 'geo.region'; readonly filter: 'whitelist' | 'blacklist'; readonly list: readonly string[] }
  | { readonly type: 'service' | 'consumer' | 'api' | 'data.path' | 'data.objectid'; readonly whitelist: readonly string[] }
  | { readonly type: 'interface'; readonly interface: ApiInterface }
  | { readonly type: 'data.readonly' }
  | { readonly scope: 'identityToken' };

export const apiInterfaces = ['rest', 'oneclient', 'graphsync'] as const;
export type ApiInterface = (typeof apiInterfaces)[number];

type ListType = Extract<Caveat, { readonly type: string; readonly whitelist: readonly string[] }>['type'];

const oneId = String.raw`(\*|[\w-]+)`;

/** What an entry of a list has to look like. */
const entryShapes: Readonly<Record<ListType, (entry: string) => boolean>> = {
  ip: isMask,
  service: (entry) => new RegExp(`^(ozw|opw|ozp|opp)-${oneId}$`).test(entry),
  consumer: (entry) => new RegExp(`^(usr|grp|prv)-${oneId}$`).test(entry),
  api: (entry) => /^(all|ozw|opw|ozp|opp)\/(all|create|get|update|delete)\/[^\s/]+$/.test(entry),
  'data.path': (entry) => Buffer.from(entry, 'base64').toString('utf8').startsWith('/'),
  'data.objectid': (entry) => /^[\w-]+$/.test(entry),
};

function isListType(name: string): name is ListType {
  return Object.hasOwn(entryShapes, name);
}

function isMask(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const widest = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return (
    rest.length === 0 && widest > 0 && !address.includes('%') && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= widest))
  );
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string' && item !== '' && !/[|\n]/.test(item));
}

function isPlace(type: 'geo.country' | 'geo.region', entry: string): boolean {
  return type === 'geo.country' ? /^[A-Z]{2}$/.test(entry) : /^[A-Z][A-Za-z]*$/.test(entry);
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
    const name = apiInterfaces.find((known) => known === json['interface']);
    return name === undefined ? null : { type, interface: name };
  }
  if (type === 'asn') {
    const numbers =
      Array.isArray(whitelist) && whitelist.length > 0 && whitelist.every((item) => Number.isSafeInteger(item) && Number(item) >= 0);
    return numbers ? { type, whitelist: whitelist.map(Number) } : null;
  }
  if (type === 'geo.country' || type === 'geo.region') {
    const { filter, list } = json;
    if ((filter !== 'whitelist' && filter !== 'blacklist') || !isTextList(list)) return null;
    return list.every((entry) => isPlace(type, entry)) ? { type, filter, list } : null;
  }
  if (typeof type !== 'string' || !isListType(type) || !isTextList(whitelist)) return null;
  return whitelist.every(entryShapes[type]) ? { type, whitelist } : null;
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

/** Bytes of text that a token can say of one caveat: its form counts a part of it, with some bytes around the text, in four hex digits. */
const maxTextBytes = 0xffff - 9;

/** Whether a token can carry the caveat, however much it lists. */
export function caveatFits(caveat: Caveat): boolean {
  return Buffer.byteLength(caveatToText(caveat)) <= maxTextBytes;
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
  if (type === 'asn') return /^\d+(\|\d+)*$/.test(value) ? caveatFromJson({ type, whitelist: value.split('|').map(Number) }) : null;
  return isListType(type) ? caveatFromJson({ type, whitelist: value.split('|') }) : null;
}

export function isDataCaveat(caveat: Caveat): boolean {
  if ('scope' in caveat) return false;
  return caveat.type.startsWith('data.') || (caveat.type === 'interface' && caveat.interface === 'oneclient');
}
