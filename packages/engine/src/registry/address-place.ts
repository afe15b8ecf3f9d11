/** Whom an address stands for where senders are counted. */
import { isIPv6 } from 'node:net';
import { plainAddress } from './caveat-context.ts';

/** The address itself; of an IPv6 one the network, because whoever has one such address has the 2^64 around it. */
export function addressPlace(peerIp: string): string {
  const address = plainAddress(peerIp);
  return isIPv6(address) ? network64(address) : address;
}

function network64(address: string): string {
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array<string>(gap).fill('0'), ...after];
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, '').toLowerCase())
    .join(':');
}
