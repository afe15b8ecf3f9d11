import type { BulkJob, BulkRequest, BulkResultPage } from './extension-shapes.ts';
import { idPath, type Transport } from './transport.ts';

function pathOf(spaceId: string): string {
  return idPath`/api/v3/oneprovider/spaces/${spaceId}/automation/execution/bulk`;
}

/** Operations on many executions of a space at once (extension). */
export class BulkApi {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Answers at once with the id of the job; it finds its executions while it goes on. */
  async start(spaceId: string, request: BulkRequest): Promise<string> {
    const answer = await this.#transport.json<{ bulkJobId: string }>('POST', pathOf(spaceId), { body: request });
    return answer.bulkJobId;
  }

  /** How far it is. */
  async job(spaceId: string, jobId: string): Promise<BulkJob> {
    return await this.#transport.json('GET', pathOf(spaceId) + idPath`/${jobId}`);
  }

  /** A page of what became of each execution, in the order in which they were taken. */
  async results(spaceId: string, jobId: string, query: { readonly limit?: number; readonly token?: string } = {}): Promise<BulkResultPage> {
    return await this.#transport.json('GET', pathOf(spaceId) + idPath`/${jobId}/results`, { query });
  }

  /** What it did stays done. */
  async abort(spaceId: string, jobId: string): Promise<void> {
    await this.#transport.call('POST', pathOf(spaceId) + idPath`/${jobId}/abort`);
  }
}
