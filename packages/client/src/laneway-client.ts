import { AuditApi } from './audit.ts';
import { BelongingsApi } from './belongings.ts';
import { BulkApi } from './bulk.ts';
import { ClientTokensApi } from './client-tokens.ts';
import { DatasetsApi } from './datasets.ts';
import { ExecutionsApi } from './executions.ts';
import { FilesApi } from './files.ts';
import { GroupsApi } from './groups.ts';
import { InventoriesApi } from './inventories.ts';
import { LambdasApi } from './lambdas.ts';
import { MembersApi } from './members.ts';
import { RegistryApi } from './registry.ts';
import { SpacesApi } from './spaces.ts';
import { StoresApi } from './stores.ts';
import { TokenVerificationApi } from './token-verification.ts';
import { TokensApi } from './tokens.ts';
import { UploadsApi } from './uploads.ts';
import { UsersApi } from './users.ts';
import { WorkflowsApi } from './workflows.ts';
import { ZonePrivilegesApi } from './zone-privileges.ts';
import { Transport, type ClientOptions } from './transport.ts';

/**
 * A Laneway server through its REST API, without dependencies: one part for each subject. Refusals are thrown as `ApiError`, with the status
 * and the error object of the contract; no answer as `UnreachableError`.
 */
export class LanewayClient {
  readonly server: string;
  // What runs.
  readonly executions: ExecutionsApi;
  readonly bulk: BulkApi;
  readonly stores: StoresApi;
  readonly uploads: UploadsApi;
  // What is run, and on what.
  readonly workflows: WorkflowsApi;
  readonly lambdas: LambdasApi;
  readonly files: FilesApi;
  readonly datasets: DatasetsApi;
  // Who, where, and what they may do.
  readonly inventories: InventoriesApi;
  readonly spaces: SpacesApi;
  readonly groups: GroupsApi;
  readonly users: UsersApi;
  readonly members: MembersApi;
  readonly belongings: BelongingsApi;
  readonly zonePrivileges: ZonePrivilegesApi;
  readonly tokens: TokensApi;
  readonly clientTokens: ClientTokensApi;
  readonly verification: TokenVerificationApi;
  readonly audit: AuditApi;
  readonly registry: RegistryApi;
  readonly #transport: Transport;

  constructor(options: ClientOptions) {
    const transport = new Transport(options);
    this.#transport = transport;
    this.server = transport.server;
    this.executions = new ExecutionsApi(transport);
    this.bulk = new BulkApi(transport);
    this.stores = new StoresApi(transport);
    this.uploads = new UploadsApi(transport);
    this.workflows = new WorkflowsApi(transport);
    this.lambdas = new LambdasApi(transport);
    this.files = new FilesApi(transport);
    this.datasets = new DatasetsApi(transport);
    this.inventories = new InventoriesApi(transport);
    this.spaces = new SpacesApi(transport);
    this.groups = new GroupsApi(transport);
    this.users = new UsersApi(transport);
    this.members = new MembersApi(transport);
    this.belongings = new BelongingsApi(transport);
    this.zonePrivileges = new ZonePrivilegesApi(transport);
    this.tokens = new TokensApi(transport);
    this.clientTokens = new ClientTokensApi(transport);
    this.verification = new TokenVerificationApi(transport);
    this.audit = new AuditApi(transport);
    this.registry = new RegistryApi(this);
  }

  /** How the server is; nobody needs a token to ask. */
  async health(): Promise<unknown> {
    return await this.#transport.json('GET', '/health');
  }
}
