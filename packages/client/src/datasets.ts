import { idPath, type Transport } from './transport.ts';

const base = '/api/v3/oneprovider';

/** A marked file or directory of a space (data-and-stores §2.3). */
export interface DatasetDetails {
  readonly datasetId: string;
  readonly state: 'attached' | 'detached';
  readonly rootFileId: string;
  readonly rootFileType: string;
  readonly rootFileDeleted: boolean;
  /** Begins with the name of the space. */
  readonly rootFilePath: string;
  readonly protectionFlags: readonly string[];
  readonly effectiveProtectionFlags: readonly string[];
  readonly parentId: string | null;
  readonly archiveCount: number;
  /** Seconds. */
  readonly creationTime: number;
}

interface DatasetPage {
  readonly datasets: readonly DatasetDetails[];
  readonly isLast: boolean;
  readonly nextPageToken: string | null;
}

/** Datasets of spaces. */
export class DatasetsApi {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Marks a file; answers the id of the dataset. */
  async create(rootFileId: string): Promise<string> {
    return await this.#transport.create(`${base}/datasets`, { rootFileId });
  }

  /** `notFound` when there is none that the caller may see. */
  async details(datasetId: string): Promise<DatasetDetails> {
    return await this.#transport.json('GET', base + idPath`/datasets/${datasetId}`);
  }

  /** Detaching lets the file go and keeps the dataset. */
  async setState(datasetId: string, state: 'attached' | 'detached'): Promise<void> {
    await this.#transport.call('PATCH', base + idPath`/datasets/${datasetId}`, { body: { state } });
  }

  /** The file stays as it is. */
  async delete(datasetId: string): Promise<void> {
    await this.#transport.call('DELETE', base + idPath`/datasets/${datasetId}`);
  }

  /** The dataset of a file, and those above it (lambdas §12.2). */
  async ofFile(fileId: string): Promise<Readonly<Record<string, unknown>>> {
    return await this.#transport.json('GET', base + idPath`/data/${fileId}/dataset/summary`);
  }

  /** Datasets of a space that lie in no other one, in the order of their paths. */
  async *ofSpace(spaceId: string, state: 'attached' | 'detached' = 'attached'): AsyncGenerator<DatasetDetails> {
    yield* this.#pages(base + idPath`/spaces/${spaceId}/datasets`, { state });
  }

  /** Datasets directly below another one. */
  async *children(datasetId: string): AsyncGenerator<DatasetDetails> {
    yield* this.#pages(base + idPath`/datasets/${datasetId}/children`, {});
  }

  async *#pages(path: string, query: Readonly<Record<string, string>>): AsyncGenerator<DatasetDetails> {
    for (let token: string | null = null; ;) {
      const page: DatasetPage = await this.#transport.json('GET', path, { query: token === null ? query : { ...query, token } });
      yield* page.datasets;
      if (page.isLast || page.nextPageToken === null) return;
      token = page.nextPageToken;
    }
  }
}
