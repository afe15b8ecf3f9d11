import type { FileEntry } from './shapes.ts';
import { encodePath, idPath, type Transport } from './transport.ts';

const base = '/api/v3/oneprovider';

/** Files of spaces, as lambdas and inputs of workflows see them (lambdas §12.2). */
export class FilesApi {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** `path` begins with the name or the id of the space; the rest is empty for its root. */
  async lookup(path: string): Promise<string> {
    const answer = await this.#transport.json<{ fileId: string }>('POST', `${base}/lookup-file-id/${encodePath(path.replace(/^\/+/, ''))}`);
    return answer.fileId;
  }

  /** Everything in a directory, page by page. */
  async *children(directoryId: string): AsyncGenerator<FileEntry> {
    const attributes = 'attribute=fileId&attribute=name&attribute=type';
    for (let token: string | null = null; ;) {
      const continued: string = token === null ? '' : `&token=${encodeURIComponent(token)}`;
      const page: { children: readonly FileEntry[]; isLast: boolean; nextPageToken: string | null } = await this.#transport.json(
        'GET',
        `${base}${idPath`/data/${directoryId}/children`}?${attributes}${continued}`,
      );
      yield* page.children;
      if (page.isLast || page.nextPageToken === null) return;
      token = page.nextPageToken;
    }
  }

  /** The attributes that are named, or those that the server tells by itself. */
  async attributes(fileId: string, names?: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
    const query = names === undefined ? {} : { attribute: names };
    return await this.#transport.json('GET', base + idPath`/data/${fileId}`, { query });
  }

  /** The bytes of a regular file, as they come; `null` for one that is empty. */
  async content(fileId: string, signal?: AbortSignal): Promise<ReadableStream<Uint8Array> | null> {
    const options = signal === undefined ? {} : { signal };
    return (await this.#transport.send('GET', base + idPath`/data/${fileId}/content`, options)).body;
  }

  /** Extended attributes: name → any JSON value. */
  async xattrs(fileId: string): Promise<Readonly<Record<string, unknown>>> {
    return await this.#transport.json('GET', base + idPath`/data/${fileId}/metadata/xattrs`);
  }

  /** Sets those that are named and leaves the others. */
  async setXattrs(fileId: string, xattrs: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#transport.call('PUT', base + idPath`/data/${fileId}/metadata/xattrs`, { body: xattrs });
  }

  /** Removes those that are named; a name that there is not is no failure. */
  async removeXattrs(fileId: string, names: readonly string[]): Promise<void> {
    await this.#transport.call('DELETE', base + idPath`/data/${fileId}/metadata/xattrs`, { body: { keys: names } });
  }
}
