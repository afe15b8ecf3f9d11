import { expect, test } from 'vitest';
import { CallbackNetworks } from './callback-networks.ts';

const special = [
  '127.0.0.1',
  '10.1.2.3',
  '172.31.255.255',
  '192.168.0.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '255.255.255.255',
  '::1',
  '::',
  'fe80::1',
  'fd00::1',
  '::ffff:127.0.0.1',
  '::127.0.0.1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
];

test.each(special)('%s is not of the public internet: no callback goes there unless it is allowed', (address) => {
  expect(new CallbackNetworks([]).permits(address)).toBe(false);
  expect(new CallbackNetworks('all').permits(address)).toBe(true);
});

test.each(['8.8.8.8', '172.32.0.1', '2606:4700::1111'])('%s is public', (address) => {
  expect(new CallbackNetworks([]).permits(address)).toBe(true);
});

test('networks and single addresses can be allowed, also as IPv4 in IPv6', () => {
  const networks = new CallbackNetworks(['10.0.0.0/8', '127.0.0.1', 'fd00::/8']);
  expect(['10.9.9.9', '::ffff:10.9.9.9', '127.0.0.1', 'fd12::1'].map((address) => networks.permits(address))).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(['127.0.0.2', '192.168.0.1', 'nonsense'].map((address) => networks.permits(address))).toEqual([false, false, false]);
});

test.each(['10.0.0.0/33', 'localhost', '10.0.0/8', '10.0.0.0/x', ''])('"%s" is no network', (range) => {
  expect(() => new CallbackNetworks([range])).toThrow('is no address and no network');
});

test.each([
  ['http://127.0.0.1:8080/x', true],
  ['http://[::1]/x', true],
  ['http://2130706433/', true],
  ['http://0x7f.1/', true],
  ['http://localhost/x', true],
  ['http://a.localhost/x', true],
  ['http://localhost./x', true],
  ['https://example.org/x', false],
  ['https://8.8.8.8/x', false],
])('%s is refused when it is given: %s', (url, refused) => {
  expect(new CallbackNetworks([]).problemOf(url) !== null).toBe(refused);
});
