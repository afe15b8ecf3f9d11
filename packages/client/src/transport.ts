import type { ErrorObject } from '@laneway/model';
import { ApiError, UnreachableError } from './errors.ts';

export interface ClientOptions {
  /** Base address, e.g. `http://127.0.0.1:8080`. */
  readonly server: string;
  readonly token: string | undefined;
  /** For tests and other transports; the platform's `fetch` by default. */
  readonly fetch?: typeof fetch;
  /** For tests: waits, and rejects when the signal is aborted. */
  readonly pause?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export interface RequestOptions {
  readonly body?: unknown;
  /** Instead of a JSON body: bytes that are sent as they come; their type is in the headers. */
  readonly stream?: ReadableStream<Uint8Array>;
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One server as seen by one token: sends requests and turns refusals into `ApiError`. */
export class Transport {
  readonly server: string;
  readonly #token: string | undefined;
  readonly #fetch: typeof fetch;
  readonly #pause: (ms: number, signal?: AbortSignal) => Promise<void>;

  constructor(options: ClientOptions) {
    this.server = options.server.replace(/\/+$/, '');
    this.#token = options.token;
    this.#fetch = options.fetch ?? fetch;
    this.#pause = options.pause ?? pause;
  }

  /** The successful answer with its body unread; waits where it sends too many requests; throws `ApiError` or `UnreachableError`. */
  async send(method: Method, path: string, options: RequestOptions = {}): Promise<Response> {
    const headers: Record<string, string> = { accept: 'application/json', ...options.headers };
    if (this.#token !== undefined) headers['x-auth-token'] = this.#token;
    if (options.body !== undefined) headers['content-type'] = 'application/json';
    const init: RequestInit = {
      method,
      headers,
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(options.stream === undefined ? {} : { body: options.stream, duplex: 'half' }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    };
    for (let waits = 0; ; waits += 1) {
      const response = await this.#attempt(this.server + path + queryText(options.query), init);
      if (response.ok) return response;
      const error = new ApiError(response.status, await readError(response), path);
      // A stream has been read, and cannot be sent again.
      const pauseMs = waits < maxWaits && options.stream === undefined ? pauseOf(response) : null;
      if (pauseMs === null) throw error;
      await this.#pause(pauseMs, options.signal);
    }
  }

  /** The parsed JSON body. */
  async json<T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> {
    const response = await this.send(method, path, options);
    try {
      return (await response.json()) as T;
    } catch (error) {
      options.signal?.throwIfAborted();
      throw new UnreachableError(this.server, error);
    }
  }

  /** For answers without content; the connection is freed. */
  async call(method: Method, path: string, options: RequestOptions = {}): Promise<void> {
    const response = await this.send(method, path, options);
    await response.body?.cancel();
  }

  /** The id of what was made: the last segment of the Location header. */
  async create(path: string, body: unknown, method: Method = 'POST'): Promise<string> {
    const response = await this.send(method, path, { body });
    await response.body?.cancel();
    const id = response.headers.get('location')?.split('/').at(-1);
    if (id === undefined || id === '') throw new UnreachableError(this.server, `${method} ${path} was answered without a Location`);
    return decodeURIComponent(id);
  }

  async #attempt(url: string, init: RequestInit): Promise<Response> {
    try {
      return await this.#fetch(url, init);
    } catch (error) {
      init.signal?.throwIfAborted();
      throw new UnreachableError(this.server, error);
    }
  }
}

/** How often one request waits for its turn, and how long at most: who is held back for longer has to know. */
const maxWaits = 10;
const maxPauseSec = 30;

/** After which time the server takes the request that it did not look at; null = it did, or says nothing. */
function pauseOf(response: Response): number | null {
  const seconds = Number(response.status === 429 ? (response.headers.get('retry-after') ?? 'none') : 'none');
  return seconds >= 0 && seconds <= maxPauseSec ? seconds * 1000 : null;
}

async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

function queryText(query: RequestOptions['query']): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (typeof value === 'object') for (const item of value) parameters.append(key, item);
    else if (value !== undefined) parameters.set(key, String(value));
  }
  return parameters.size === 0 ? '' : `?${parameters.toString()}`;
}

/** Proxies answer with pages of their own: then the status is all there is. */
async function readError(response: Response): Promise<ErrorObject> {
  const text = await response.text().catch(() => '');
  try {
    const body = JSON.parse(text) as { error?: ErrorObject };
    if (typeof body.error?.id === 'string') return { ...body.error, description: body.error.description ?? '' };
  } catch {
    // Not JSON: described below.
  }
  return { id: `http${response.status}`, description: `the server answered ${response.status} ${response.statusText}`.trim() };
}

/** Escapes each segment of a path, keeping the slashes. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** A path whose ids come from people: each stays one segment, so that none leads to another operation. */
export function idPath(texts: TemplateStringsArray, ...ids: readonly (string | number)[]): string {
  return String.raw({ raw: texts }, ...ids.map((id) => idSegment(String(id))));
}

function idSegment(id: string): string {
  // A URL would lose these, however they are escaped; nothing has such an id.
  if (id === '' || id === '.' || id === '..') throw new ApiError(404, { id: 'notFound', description: `Nothing has the id "${id}".` });
  return encodeURIComponent(id);
}
