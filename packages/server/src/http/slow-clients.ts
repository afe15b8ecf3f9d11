/**
 * Clients that take their time: what a connection may cost before it is given up, and how whatever is no request is answered.
 *
 * A connection on which nothing moves in either direction is closed after `slowClientMs`, so a reader that stops reading ends as
 * one that stops sending does; event streams write more often than that. How long all of a body may take is the body parser's.
 */
import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { httpStatusOf, makeError, type ErrorObject } from '@laneway/model';
import { errorContext, withContext } from './error-json.ts';
import { ownHost } from './own-host.ts';

/** Bytes a second that everybody's connection carries. */
const slowestBytesPerSecond = 16 * 1024;
/** Headers are short. */
const longestHeadersMs = 60_000;

/** `slowClientMs` 0: connections wait as long as they like, between requests excepted. */
export function boundSlowClients(server: HttpServer | HttpsServer, slowClientMs: number): void {
  server.headersTimeout = slowClientMs === 0 ? longestHeadersMs : Math.min(longestHeadersMs, slowClientMs);
  // Uploads are as long as they are.
  server.requestTimeout = 0;
  server.setTimeout(slowClientMs);
}

/** How long a body of so many bytes may take at the most, in milliseconds. */
export function longestBodyMs(bytes: number, slowClientMs: number): number {
  return slowClientMs + (bytes / slowestBytesPerSecond) * 1000;
}

interface Site {
  readonly providerId: string;
  readonly version: string;
}

/** What could not be read as a request gets error JSON like any other refusal, and its connection is closed (rest §3.1, D6). */
export function answerClientError({ providerId, version }: Site, error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  // Bytes of an answer may be on their way: a second status line would be garbage among them.
  if (!socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const [status, reason, refusal] = refusalOf(error.code);
  const site = { service: 'oneprovider', providerId, domain: ownHost('', socket), version } as const;
  const body = JSON.stringify({ error: withContext(refusal, errorContext(site, Date.now())) });
  const head = `HTTP/1.1 ${status} ${reason}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n`;
  socket.end(`${head}\r\n${body}`);
}

function refusalOf(code: string | undefined): readonly [status: number, reason: string, error: ErrorObject] {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return [408, 'Request Timeout', makeError('timeout')];
  const malformed = makeError('malformedData');
  return code === 'HPE_HEADER_OVERFLOW'
    ? [431, 'Request Header Fields Too Large', malformed]
    : [httpStatusOf(malformed), 'Bad Request', malformed];
}
