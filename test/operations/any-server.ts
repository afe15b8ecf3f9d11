/** A server that agrees to everything, with answers in which every command finds what it looks for, and remembers what it was asked. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';
import { describedApi } from '../../packages/server/test/support/world.ts';

/** Looks as ids do. */
export const anyId = '0123456789abcdef0123456789abcdef';

const lane = {
  id: 'l',
  schemaId: 'l',
  name: 'l',
  parallelBoxes: [],
  runs: [{ runNumber: 1, status: 'finished', parallelBoxes: [{ schemaId: 'b', taskRegistry: { t: anyId } }] }],
};
const store = { id: 'items', name: 'items', type: 'list', config: { itemDataSpec: { type: 'integer' } }, requiresInitialContent: false };
const revision = {
  name: 'n',
  state: 'stable',
  lanes: [{ ...lane, runs: undefined }],
  stores: [store],
  operationSpec: {},
  description: '',
  summary: '',
};
const lists = ['users', 'groups', 'spaces', 'atm_inventories', 'atm_lambdas', 'atm_workflow_schemas', 'tokens'];
const ids = [
  'spaceId',
  'atmInventoryId',
  'groupId',
  'userId',
  'atmLambdaId',
  'atmWorkflowSchemaId',
  'atmWorkflowExecutionId',
  'fileId',
  'systemAuditLogStoreId',
  'bulkJobId',
  'uploadId',
  'id',
];

const emptyLists =
  'tags emails linkedAccounts caveats intermediaries privileges member lambdas changes datasets children items results pods logEntries blockers stores';
const names = ['name', 'fullName', 'username', 'summary', 'token'];

const answer = {
  ...Object.fromEntries(emptyLists.split(' ').map((name) => [name, []])),
  ...Object.fromEntries(lists.map((name) => [name, [anyId]])),
  ...Object.fromEntries(ids.map((name) => [name, anyId])),
  ...Object.fromEntries(names.map((name) => [name, 'n'])),
  type: 'list',
  status: 'finished',
  state: 'finished',
  creator: { type: 'user', id: anyId },
  subject: { type: 'user', id: anyId },
  metadata: { creationTime: 1 },
  creationTime: 1,
  generation: 1,
  ttl: null,
  validUntil: null,
  admin: ['oz_x'],
  atmWorkflowExecutionSummaries: [],
  isLast: true,
  nextPageToken: null,
  lanes: [lane],
  storeRegistry: {},
  labels: {},
  revisionRegistry: { 1: revision },
  atmWorkflowSchemaRevision: revision,
  itemCount: 1,
  bytes: 1,
};

export class AnyServer {
  readonly asked = new Set<string>();
  readonly #server: Server = createServer((request, response) => void this.#answer(request, response));

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '' } = request;
    const operationId = describedApi().operationFor({ method, url })?.operationId ?? `nothing at ${method} ${url}`;
    this.asked.add(operationId);
    const body = await text(request);
    // The command ends where the stream of events does.
    if (operationId === 'follow_workflow_execution') response.writeHead(204).end();
    else response.writeHead(200, { location: `http://server/${anyId}` }).end(JSON.stringify(answerTo(operationId, body)));
  }
}

/** What a token says of itself is what the command line gave for one. */
function answerTo(operationId: string, body: string): unknown {
  if (operationId !== 'examine_token') return answer;
  return { type: { inviteToken: { inviteType: (JSON.parse(body) as { token: string }).token } } };
}
