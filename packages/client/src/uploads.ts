import { idPath, type Transport } from './transport.ts';

/** Initial content that was received, for `storeInitialContentUploads` of a schedule. */
export interface Upload {
  readonly uploadId: string;
  readonly itemCount: number;
  readonly bytes: number;
}

/** Initial content of any length, sent before the execution is scheduled (extension). */
export class UploadsApi {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Sends JSON Lines, one item a line; nothing is left on the server of what is refused or breaks off. */
  async send(spaceId: string, stream: ReadableStream<Uint8Array>, signal?: AbortSignal): Promise<Upload> {
    const options = { stream, headers: { 'content-type': 'application/x-ndjson' }, ...(signal === undefined ? {} : { signal }) };
    return await this.#transport.json('POST', idPath`/api/v3/oneprovider/spaces/${spaceId}/automation/execution/uploads`, options);
  }

  /** Before it expires; executions that were scheduled with it keep what they have. */
  async remove(spaceId: string, uploadId: string): Promise<void> {
    await this.#transport.call('DELETE', idPath`/api/v3/oneprovider/spaces/${spaceId}/automation/execution/uploads/${uploadId}`);
  }
}
