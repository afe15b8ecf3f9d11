/**
 * Command lines as the page of an operation shows them, run by a shell just as they stand: `$TOKEN`, `$HOST` and the ids come from the
 * environment. The status is told by a setting of curl's own, so that no word has to be added to a line.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { selfSigned } from '../../packages/server/src/tls.ts';
import { readReference } from '../support/reference.ts';
import { newDirectory } from './support.ts';

const bin = join(import.meta.dirname, '../../packages/cli/bin');

export interface DocumentedAnswer {
  /** Of the command. */
  readonly exitCode: number | null;
  /** Of HTTP; 0 when there was no answer. */
  readonly status: number;
  /** What was printed, as it came. */
  readonly out: string;
  readonly err: string;
}

export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

/** A certificate for this machine. */
export async function tlsFiles(): Promise<TlsFiles> {
  const directory = newDirectory('tls');
  const files = { cert: join(directory, 'cert.pem'), key: join(directory, 'key.pem') };
  const material = await selfSigned('127.0.0.1');
  writeFileSync(files.cert, material.cert);
  writeFileSync(files.key, material.key);
  return files;
}

/** A shell in which the clients are installed and the certificate is trusted. */
export class DocumentedClient {
  readonly #home: string;
  readonly #cert: string;

  constructor(cert: string) {
    this.#home = newDirectory('client');
    this.#cert = cert;
    mkdirSync(join(this.#home, 'bin'));
    for (const name of ['oneprovider-rest-cli', 'onezone-rest-cli']) symlinkSync(join(bin, `${name}.js`), join(this.#home, 'bin', name));
    writeFileSync(
      join(this.#home, '.curlrc'),
      String.raw`silent
show-error
write-out = "%{stderr}status %{http_code}\n"
`,
    );
  }

  async run(line: string, variables: Readonly<Record<string, string>>): Promise<DocumentedAnswer> {
    const path = [join(this.#home, 'bin'), dirname(process.execPath), process.env['PATH']].join(delimiter);
    const env = { PATH: path, HOME: this.#home, CURL_HOME: this.#home, CURL_CA_BUNDLE: this.#cert, ...variables };
    const child = spawn('bash', ['-c', line], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.on('data', (data: Buffer) => (out += data.toString()));
    child.stderr.on('data', (data: Buffer) => (err += data.toString()));
    const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { exitCode, status: Number(/^status (\d+)$/m.exec(err)?.[1] ?? 0), out, err };
  }
}

interface Declared {
  readonly id: string;
  readonly httpCode: number;
  readonly args: readonly { readonly name: string; readonly type: string; readonly nullable: boolean }[];
}

const declared = new Map((readReference('errors.json') as readonly Declared[]).map((error) => [error.id, error]));
const nullableTexts = ['onedataErrorsRevision', 'module'];

/** What is wrong with the JSON of an error (rest §3.1, R35, R38, R43); nothing is, when it is complete. */
export function problemsOfError(error: any, expected: { readonly host: string; readonly sentAtMs: number }): readonly string[] {
  const definition = declared.get(error?.id);
  if (definition === undefined) return [`there is no error ${JSON.stringify(error?.id)}`];
  const problems: string[] = [];
  const check = (holds: boolean, problem: string): void => void (holds || problems.push(`${definition.id}: ${problem}`));
  const keys = Object.keys(error).toSorted();
  const names = definition.args.map(({ name }) => name);
  const expectedKeys = ['id', 'description', 'ctx', ...(names.length === 0 ? [] : ['details'])];
  check(keys.join() === expectedKeys.toSorted().join(), `it has the keys ${keys.join(', ')}`);
  check(typeof error.description === 'string' && error.description.length > 10, 'no description');
  if (names.length > 0)
    check(
      Object.keys(error.details ?? {})
        .toSorted()
        .join() === names.toSorted().join(),
      'details are not those declared',
    );
  for (const { name, type, nullable } of definition.args) {
    const value = error.details?.[name];
    check(value !== null || nullable, `${name} is null`);
    if (type === 'OnedataError' && value !== null) problems.push(...problemsOfError(value, expected));
  }
  const { ctx } = error;
  check(ctx?.service === 'opw', `service ${JSON.stringify(ctx?.service)}`);
  check(
    Number.isInteger(ctx?.timestamp) && ctx.timestamp >= expected.sentAtMs && ctx.timestamp <= Date.now(),
    'timestamp is not now, in ms',
  );
  check(ctx?.serviceDomain === expected.host, `serviceDomain ${JSON.stringify(ctx?.serviceDomain)}`);
  for (const key of ['serviceId', 'serviceReleaseVersion', 'serviceBuildVersion']) check(/^\S+$/.test(ctx?.[key] ?? ''), `no ${key}`);
  for (const key of nullableTexts) check(ctx?.[key] === null || typeof ctx?.[key] === 'string', `no ${key}`);
  check(ctx?.line === null || Number.isInteger(ctx?.line), 'no line');
  return problems;
}

/** The status that the errors of the API have (rest R35). */
export function statusOf(errorId: string): number | undefined {
  return declared.get(errorId)?.httpCode;
}
