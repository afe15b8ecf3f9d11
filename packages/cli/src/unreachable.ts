/** Why there was no answer, and what to do about it: the words of TLS are not for people. */
import type { UnreachableError } from '@laneway/client';

interface Explained {
  readonly message: string;
  readonly hint: string;
}

const startOne = 'start one with "laneway serve", or name another with --server';
const trustIt =
  'name the file of its certificate, or of who signed it, in NODE_EXTRA_CA_CERTS; on the same machine the http:// address will do';

/** By the code of the innermost cause. */
const hints: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: trustIt,
  SELF_SIGNED_CERT_IN_CHAIN: trustIt,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: trustIt,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: trustIt,
  ERR_TLS_CERT_ALTNAME_INVALID: 'give --server with a name that the certificate is for',
  CERT_HAS_EXPIRED: 'the server needs a new certificate',
  ENOTFOUND: 'look at the name of the host in --server or LANEWAY_SERVER',
};

export function unreachable(error: UnreachableError): Explained {
  const code = codeOf(error);
  const isHttps = error.server.startsWith('https:');
  if (isHttps && (code.startsWith('ERR_SSL_') || error.message.includes('wrong version number'))) {
    return { message: `no answer from ${error.server}: what listens there does not speak HTTPS`, hint: 'write http:// in the address' };
  }
  // A server of HTTPS hangs up on whoever does not greet it as such.
  if (!isHttps && code === 'UND_ERR_SOCKET') return { message: error.message, hint: 'if it speaks HTTPS, write https:// in the address' };
  return { message: error.message, hint: hints[code] ?? startOne };
}

function codeOf(error: Error): string {
  const { cause } = error;
  if (cause instanceof Error && cause.cause !== undefined) return codeOf(cause);
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}
