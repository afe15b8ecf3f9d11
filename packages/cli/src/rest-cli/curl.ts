/** From a request to the arguments of curl (rest §9, R137–R141). */
import type { Operation, Service } from './operations.ts';
import type { Request } from './parse.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export type CurlCall = { readonly ok: true; readonly args: readonly string[] } | { readonly ok: false; readonly problem: string };

/** What the environment says of a service: its own variables win over those that feed all clients (R140, R144, R145). */
export function settingsOf(
  service: Service,
  env: Environment,
): { readonly host?: string; readonly token?: string; readonly user?: string } {
  const own = service === 'oneprovider' ? 'ONEPROVIDER' : 'ONEZONE';
  const shared = service === 'oneprovider' ? env['ONEDATA_PROVIDER'] : env['ONEDATA_ZONE'];
  const host = env[`${own}_HOST`] ?? (shared === undefined ? undefined : `https://${shared}`);
  const token = env[`${own}_API_KEY`] ?? env['ONEDATA_API_KEY'];
  const user = env[`${own}_BASIC_AUTH`] ?? env['ONEDATA_BASIC_AUTH'];
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
  for (const header of headersOf(request, settings.token, type, hasBody)) args.push('-H', header);
  if (request.bodyFromInput) args.push('--data-binary', '@-');
  else if (hasBody) args.push('-d', bodyOf(request));
  else if (operation.takesJson) args.push('-d', '{}');
  return { ok: true, args: [...args, url.url] };
}

type Url = { readonly ok: true; readonly url: string } | { readonly ok: false; readonly problem: string };

/** Path parameters go to their place, everything else into the query. */
function urlOf(host: string, operation: Operation, { parameters, force }: Request): Url {
  const names = [...operation.path.matchAll(/\{…?([a-z]+)\}/g)].map((match) => match[1] ?? '');
  const query = parameters.filter(({ name }) => !names.includes(name));
  const repeated = query.find(({ name }, index) => query.findIndex((other) => other.name === name) < index);
  const isKnown = operation.parameters.some((known) => known.in === 'query' && known.name === repeated?.name);
  if (repeated !== undefined && isKnown && !force) return { ok: false, problem: `too many values of the parameter "${repeated.name}"` };
  const missing = names.find((name) => !parameters.some((given) => given.name === name && given.value !== ''));
  if (missing !== undefined && !force) return { ok: false, problem: `the path parameter "${missing}" is missing: ${missing}=…` };
  const path = operation.path.replaceAll(/\{(…?)([a-z]+)\}/g, (_match, rest: string, name: string) => {
    const value = parameters.find((given) => given.name === name)?.value ?? '';
    return rest === '' ? encodeURIComponent(value) : value.split('/').map(encodeURIComponent).join('/');
  });
  const text = query.map(({ name, value }) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
  return { ok: true, url: `${host.replace(/\/+$/, '')}${path}${text === '' ? '' : `?${text}`}` };
}

function contentTypeOf(operation: Operation, request: Request): string | undefined {
  const given = request.headers.find((header) => /^content-type:/i.test(header));
  return request.contentType ?? given?.slice(given.indexOf(':') + 1).trim() ?? (operation.takesJson ? 'application/json' : undefined);
}

function namesToken({ headers }: Request): boolean {
  return headers.some((header) => /^x-auth-token:/i.test(header));
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

/** The arguments without tokens and passwords, and those as lines of a configuration of curl's. */
export function splitSecrets(args: readonly string[]): { readonly open: readonly string[]; readonly secret: readonly string[] } {
  const open: string[] = [];
  const secret: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const [word = '', value = ''] = args.slice(at, at + 2);
    const isSecret = word === '-u' || (word === '-H' && /^(?:x-auth-token|authorization|macaroon):/i.test(value));
    if (isSecret) {
      secret.push(`${word === '-u' ? 'user' : 'header'} = "${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`);
      at += 1;
    } else {
      open.push(word);
    }
  }
  return { open, secret };
}
