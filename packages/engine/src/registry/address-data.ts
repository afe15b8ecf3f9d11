/**
 * What is known of addresses, for the caveats `asn`, `geo.country` and `geo.region`: a CSV file with a header that
 * names `network`, and of `asn`, `country` and `region` those it has; several regions are joined with `|`.
 */
import { createReadStream } from 'node:fs';
import { isIP } from 'node:net';
import { createInterface } from 'node:readline';
import { plainAddress } from './caveat-context.ts';

export interface AddressFacts {
  readonly asn: number | null;
  readonly country: string | null;
  readonly regions: readonly string[];
}

/** Columns as other publishers of such files call them. */
const otherNames: Readonly<Record<string, string>> = {
  autonomous_system_number: 'asn',
  country_iso_code: 'country',
  continent_name: 'region',
};

export class AddressData {
  /** Prefix length with family, such as `4/24` → masked address → facts. */
  readonly #networks = new Map<string, Map<bigint, AddressFacts>>();

  /** Rejects when the file cannot be read or a line is not understood; the message names the line. */
  static async load(path: string): Promise<AddressData> {
    const data = new AddressData();
    let header: readonly string[] | null = null;
    let number = 0;
    for await (const line of createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity })) {
      number += 1;
      const cells = splitCells(line);
      if (line.trim() === '') continue;
      if (header === null) {
        header = cells.map((cell) => otherNames[cell] ?? cell);
        if (!header.includes('network')) throw new Error('the first line has to name the columns, among them "network"');
      } else if (!data.#add(header, cells)) throw new Error(`line ${number} does not begin with a network such as 192.0.2.0/24`);
    }
    return data;
  }

  #add(header: readonly string[], cells: readonly string[]): boolean {
    const value = (name: string): string => cells[header.indexOf(name)] ?? '';
    const [address = '', bits = ''] = value('network').split('/');
    const family = isIP(address);
    if (family === 0 || !/^\d{1,3}$/.test(bits)) return false;
    const key = `${family}/${Number(bits)}`;
    const networks = this.#networks.get(key) ?? new Map<bigint, AddressFacts>();
    this.#networks.set(key, networks);
    const network = masked(address, Number(bits));
    const known = networks.get(network);
    const regions = value('region')
      .split('|')
      .filter((region) => region !== '');
    networks.set(network, {
      asn: /^\d+$/.test(value('asn')) ? Number(value('asn')) : (known?.asn ?? null),
      country: value('country') === '' ? (known?.country ?? null) : value('country'),
      regions: regions.length === 0 ? (known?.regions ?? []) : regions.map((region) => region.replaceAll(' ', '')),
    });
    return true;
  }

  /** What the narrowest networks around the address say; null when there is none. */
  find(peerIp: string): AddressFacts | null {
    const address = plainAddress(peerIp);
    const family = isIP(address);
    if (family === 0) return null;
    let [asn, country, regions]: [number | null, string | null, readonly string[]] = [null, null, []];
    let isKnown = false;
    for (let bits = family === 4 ? 32 : 128; bits >= 0; bits -= 1) {
      const facts = this.#networks.get(`${family}/${bits}`)?.get(masked(address, bits));
      if (facts === undefined) continue;
      isKnown = true;
      asn ??= facts.asn;
      country ??= facts.country;
      if (regions.length === 0) regions = facts.regions;
    }
    return isKnown ? { asn, country, regions } : null;
  }
}

function splitCells(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g)].map(([, quoted, plain]) => (quoted ?? plain ?? '').trim());
}

function masked(address: string, bits: number): bigint {
  const width = isIP(address) === 4 ? 32 : 128;
  const value = width === 32 ? ipv4Number(address) : ipv6Number(address);
  const shift = BigInt(width - Math.min(bits, width));
  return (value >> shift) << shift;
}

function ipv4Number(address: string): bigint {
  return address.split('.').reduce((number, part) => number * 256n + BigInt(part), 0n);
}

function ipv6Number(address: string): bigint {
  const dotted = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const plain = dotted === null ? address : address.slice(0, dotted.index) + hexPair(ipv4Number(dotted[0]));
  const [head = '', tail] = plain.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle = tail === undefined ? [] : Array.from({ length: 8 - front.length - back.length }, () => '0');
  return [...front, ...middle, ...back].reduce((number, part) => number * 65_536n + BigInt(`0x${part}`), 0n);
}

function hexPair(number: bigint): string {
  return `${(number >> 16n).toString(16)}:${(number & 0xffffn).toString(16)}`;
}
