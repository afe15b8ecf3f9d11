/** From a request to the arguments of curl (rest §9, R137–R141). */
import { headersAmong } from './curl-options.ts';
import { pathParametersOf, type Operation, type Service } from './operations.ts';
import type { Request } from './parse.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export type CurlCall = { readonly ok: true; readonly args: readonly string[] } | { readonly ok: false; readonly problem: string };

/**
 * What the environment says of a service: its own variables win over those that feed all clients (R140, R144, R145). One that is empty
 * counts as not set, and a line break at the end, as files have it, is no part of a value.
 */
export function settingsOf(
  service: Service,
  env: Environment,
): { readonly host?: string; readonly token?: string; readonly user?: string } {
  const own = service === 'oneprovider' ? 'ONEPROVIDER' : 'ONEZONE';
  const valueOf = (name: string): string | undefined => env[name]?.replace(/[\r\n]+$/, '') || undefined;
  const shared = valueOf(service === 'oneprovider' ? 'ONEDATA_PROVIDER' : 'ONEDATA_ZONE');
  const host = valueOf(`${own}_HOST`) ?? (shared === undefined ? undefined : `https://${shared}`);
  const token = valueOf(`${own}_API_KEY`) ?? valueOf('ONEDATA_API_KEY');
  const user = valueOf(`${own}_BASIC_AUTH`) ?? valueOf('ONEDATA_BASIC_AUTH');
  return {
    ...(host === undefined ? {} : { host }),
    ...(token === undefined ? {} : { token }),
    ...(user === undefined ? {} : { user }),
  };
}

export function curlCall(service: Service, operation: Operation, request: Request, env: Environment): CurlCall {
  const settings = settingsOf(service, env);
  const host = request.host ?? settings.host;
  const own = service === 'oneprovider' ? 'ONEPROVIDER_HOST' : 'ONEZONE_HOST';
  if (host === undefined || host === '') return { ok: false, problem: `no host is given: use --host or set ${own}` };
  const url = urlOf(host, operation, request);
  if (!url.ok) return url;
  const type = contentTypeOf(operation, request);
  const hasBody = request.body.size > 0 || request.bodyFromInput;
  if (hasBody && type === undefined) return { ok: false, problem: 'a body needs a content type: use --content-type' };
  const args = ['-sS', '--tlsv1.2', ...request.forCurl, '-X', operation.method];
  const user = request.user ?? (namesToken(request) || settings.token !== undefined ? undefined : settings.user);
  if (user !== undefined) args.push('-u', user);
  const headers = headersOf(request, settings.token, type, hasBody);
  if (headers.some((header) => /[\r\n]/.test(header))) return { ok: false, problem: 'a header cannot have a line break' };
  for (const header of headers) args.push('-H', header);
  if (request.bodyFromInput) args.push('--data-binary', '@-');
  else if (hasBody) args.push('-d', bodyOf(request));
  else if (operation.takesJson) args.push('-d', '{}');
  return { ok: true, args: [...args, url.url] };
}

type Url = { readonly ok: true; readonly url: string } | { readonly ok: false; readonly problem: string };

/** Path parameters go to their place, everything else into the query. */
function urlOf(host: string, operation: Operation, { parameters, force }: Request): Url {
  const names = pathParametersOf(operation);
  const query = parameters.filter(({ name }) => !names.includes(name));
  const missing = names.find((name) => !parameters.some((given) => given.name === name && given.value !== ''));
  const problem = missing === undefined ? problemOfQuery(operation, query) : `the path parameter "${missing}" is missing: ${missing}=…`;
  if (problem !== undefined && !force) return { ok: false, problem };
  const path = operation.path.replaceAll(/\{(…?)([a-z]+)\}/g, (_match, rest: string, name: string) => {
    const value = parameters.find((given) => given.name === name)?.value ?? '';
    return rest === '' ? encodeURIComponent(value) : value.split('/').map(encodeURIComponent).join('/');
  });
  const text = query.map(({ name, value }) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
  return { ok: true, url: `${host.replace(/\/+$/, '')}${path}${text === '' ? '' : `?${text}`}` };
}

/** Of parameters that are not known nothing is (R142). */
function problemOfQuery(operation: Operation, query: Request['parameters']): string | undefined {
  for (const { name, in: place, required, repeatable } of operation.parameters) {
    if (place !== 'query') continue;
    const count = query.filter((given) => given.name === name).length;
    if (count === 0 && required === true) return `too few values of the parameter "${name}": ${name}=…`;
    if (count > 1 && repeatable !== true) return `too many values of the parameter "${name}"`;
  }
  return undefined;
}

/** JSON by itself where nothing else is taken (R139): by the operation, or as keys that it knows although it needs no body. */
function contentTypeOf(operation: Operation, { headers, contentType, body }: Request): string | undefined {
  const given = headers.find((header) => /^content-type:/i.test(header));
  const isKnownBody = operation.parameters.some((known) => known.in === 'body' && body.has(known.name));
  return (
    contentType ?? given?.slice(given.indexOf(':') + 1).trim() ?? (operation.takesJson || isKnownBody ? 'application/json' : undefined)
  );
}

function namesToken({ headers, forCurl }: Request): boolean {
  return [...headers, ...headersAmong(forCurl)].some((header) => /^x-auth-token:/i.test(header));
}

/** A token given as an argument wins over that of the environment (R140); basic authentication does too. */
function headersOf(request: Request, token: string | undefined, type: string | undefined, hasBody: boolean): readonly string[] {
  const headers = request.headers.filter((header) => !/^content-type:/i.test(header));
  if (request.accept !== undefined) headers.push(`Accept: ${request.accept}`);
  if (type !== undefined || hasBody) headers.push(`Content-Type: ${type ?? 'application/json'}`);
  if (token !== undefined && !namesToken(request) && request.user === undefined) headers.push(`X-Auth-Token: ${token}`);
  return headers;
}

function bodyOf({ body }: Request): string {
  return `{${[...body].map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`;
}

/** Credentials (rest §2.1, R22). */
const secretHeader = /^(?:x-auth-token|authorization|macaroon|x-onedata-(?:consumer|service)-token):/i;

/** As it stands between quotes in a configuration of curl's. */
function escaped(value: string): string {
  return value
    .replaceAll(/["\\]/g, String.raw`\$&`)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('\r', String.raw`\r`);
}

/** The arguments without tokens and passwords, and those as lines of a configuration of curl's. */
export function splitSecrets(args: readonly string[]): { readonly open: readonly string[]; readonly secret: readonly string[] } {
  const open: string[] = [];
  const secret: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const [word = '', value = ''] = args.slice(at, at + 2);
    const isHeader = word === '-H' || word === '--header';
    if (word === '-u' || (isHeader && secretHeader.test(value))) {
      secret.push(`${word === '-u' ? 'user' : 'header'} = "${escaped(value)}"`);
      at += 1;
    } else {
      open.push(word);
    }
  }
  return { open, secret };
}
