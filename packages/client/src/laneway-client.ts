import { AuditApi } from './audit.ts';
import { BulkApi } from './bulk.ts';
import { DatasetsApi } from './datasets.ts';
import { ExecutionsApi } from './executions.ts';
import { FilesApi } from './files.ts';
import { GroupsApi } from './groups.ts';
import { MembersApi } from './members.ts';
import { RegistryApi } from './registry.ts';
import type { LambdaCatalogue } from './shapes.ts';
import { StoresApi } from './stores.ts';
import { TokensApi } from './tokens.ts';
import { UploadsApi } from './uploads.ts';
import { Transport, type ClientOptions } from './transport.ts';

/** A Laneway server through its REST API, without dependencies. Refusals are thrown as `ApiError`. */
export class LanewayClient {
  readonly server: string;
  readonly executions: ExecutionsApi;
  readonly bulk: BulkApi;
  readonly stores: StoresApi;
  readonly uploads: UploadsApi;
  readonly files: FilesApi;
  readonly datasets: DatasetsApi;
  readonly groups: GroupsApi;
  readonly members: MembersApi;
  readonly registry: RegistryApi;
  readonly tokens: TokensApi;
  readonly audit: AuditApi;
  readonly #transport: Transport;

  constructor(options: ClientOptions) {
    this.#transport = new Transport(options);
    this.server = this.#transport.server;
    this.executions = new ExecutionsApi(this.#transport);
    this.bulk = new BulkApi(this.#transport);
    this.stores = new StoresApi(this.#transport);
    this.uploads = new UploadsApi(this.#transport);
    this.files = new FilesApi(this.#transport);
    this.datasets = new DatasetsApi(this.#transport);
    this.groups = new GroupsApi(this.#transport);
    this.members = new MembersApi(this.#transport);
    this.registry = new RegistryApi(this.#transport);
    this.tokens = new TokensApi(this.#transport);
    this.audit = new AuditApi(this.#transport);
  }

  async health(): Promise<unknown> {
    return await this.#transport.json('GET', '/health');
  }

  /** Lambdas that this server can run by itself, and to administrators what running them meets there (extension). */
  async lambdas(): Promise<LambdaCatalogue> {
    return await this.#transport.json('GET', '/api/v3/oneprovider/automation/lambdas');
  }
}
