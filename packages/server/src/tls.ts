import { readFile } from 'node:fs/promises';
import { generate } from 'selfsigned';
import type { ServeConfig } from './config/config.ts';

export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
}

const validDays = 365;

/** null when HTTPS is not configured; rejects when a file cannot be read. */
export async function tlsMaterial(tls: ServeConfig['tls'], host: string): Promise<TlsMaterial | null> {
  switch (tls.kind) {
    case 'none':
      return null;
    case 'files':
      return { cert: await readFile(tls.cert, 'utf8'), key: await readFile(tls.key, 'utf8') };
    case 'selfSigned':
      return await selfSigned(host);
  }
}

/** A certificate for this machine's loopback names and the given host, made without external programs. */
export async function selfSigned(host: string): Promise<TlsMaterial> {
  const isAddress = /^[\d.]+$|:/.test(host);
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    notAfterDate: new Date(Date.now() + validDays * 86_400_000),
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          isAddress ? { type: 7, ip: host } : { type: 2, value: host },
        ],
      },
    ],
  });
  return { cert, key };
}
