/**
 * Which addresses callbacks may go to. Whoever may schedule names the address, so without a rule the server could be made to
 * talk to what only it can reach: itself, its neighbours, the cloud's metadata service.
 */
import { BlockList, isIP } from 'node:net';

/** Addresses that are not of the public internet (IANA special-purpose registries), and multicast. */
const specialRanges: readonly string[] = `
  0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24
  192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
  ::/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 fc00::/7 fe80::/10 ff00::/8`
  .trim()
  .split(/\s+/);

function familyOf(address: string): 'ipv4' | 'ipv6' | null {
  const version = isIP(address);
  return version === 0 ? null : version === 4 ? 'ipv4' : 'ipv6';
}

/** Throws with the text of the first range that is none. */
function blockListOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits = ''] = range.split('/');
    const family = familyOf(address);
    const most = family === 'ipv4' ? 32 : 128;
    const prefix = bits === '' ? most : Number(bits);
    if (family === null || !/^\d*$/.test(bits) || prefix > most) throw new Error(`"${range}" is no address and no network like 10.0.0.0/8`);
    list.addSubnet(address, prefix, family);
  }
  return list;
}

const special = blockListOf(specialRanges);

export class CallbackNetworks {
  /** `all`, or networks that are allowed besides the public internet. */
  readonly allowed: 'all' | readonly string[];
  readonly #allowed: BlockList;

  /** Throws when a network is none. */
  constructor(allowed: 'all' | readonly string[]) {
    this.allowed = allowed;
    this.#allowed = blockListOf(allowed === 'all' ? [] : allowed);
  }

  /** Whether a callback may go to this IP address. */
  permits(address: string): boolean {
    const family = familyOf(address);
    if (family === null) return false;
    const mapped = family === 'ipv6' ? /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] : undefined;
    if (mapped !== undefined) return this.permits(mapped);
    return this.allowed === 'all' || this.#allowed.check(address, family) || !special.check(address, family);
  }

  /** Why a URL cannot be a callback, as far as it can be told without looking its host up; null when it may be one. */
  problemOf(url: string): string | null {
    const { hostname } = new URL(url);
    const host = hostname.replace(/^\[|\]$|\.$/g, '');
    const isLocal = host === 'localhost' || host.endsWith('.localhost');
    const refused = isIP(host) === 0 ? isLocal && !this.permits('127.0.0.1') : !this.permits(host);
    return refused ? `callbacks to ${host} are not allowed here (callbackNetworks)` : null;
  }
}
