import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { generate } from 'selfsigned';
import { settingError, type ServeConfig } from './config/config.ts';

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
      return checked({ cert: await readPem('tlsCert', tls.cert), key: await readPem('tlsKey', tls.key) });
    case 'selfSigned':
      return await selfSigned(host);
  }
}

/** Found out before anything is opened. */
function checked(material: TlsMaterial): TlsMaterial {
  try {
    createSecureContext(material);
    return material;
  } catch (error) {
    throw settingError('tlsCert', 'not a certificate in PEM form with the key of tlsKey', error);
  }
}

async function readPem(setting: 'tlsCert' | 'tlsKey', path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw settingError(setting, `${path} cannot be read`, error);
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
