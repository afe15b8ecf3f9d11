/** Under which name the client reached us: what it says, or the address that it connected to (HTTP/1.0 need not say). */
import { isIPv6, type Socket } from 'node:net';

/** A request that was broken off has lost its socket. */
export function ownHost(said: string, socket: Pick<Socket, 'localAddress' | 'localPort'> | null): string {
  const { localAddress, localPort } = socket ?? {};
  if (said !== '' || localAddress === undefined || localPort === undefined) return said;
  return `${isIPv6(localAddress) ? `[${localAddress}]` : localAddress}:${localPort}`;
}
