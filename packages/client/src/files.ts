import type { FileEntry } from './shapes.ts';
import { encodePath, idPath, type Transport } from './transport.ts';

const base = '/api/v3/oneprovider';

/** Files of spaces: the few routes that inputs of workflows need (lambdas §12.2). */
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
}
