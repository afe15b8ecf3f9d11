/** A server with one execution whose logs are lists in memory, paged as data-and-stores R24–R27 say. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeEntry {
  readonly timestamp: number;
  readonly severity: string;
  readonly source: string;
  readonly content: unknown;
}

export interface FakeTask {
  readonly taskId: string;
  readonly schemaId: string;
  readonly name: string;
}

export class LogServer {
  /** Log id → entries; a log without entries was never written to. */
  readonly logs = new Map<string, FakeEntry[]>([['workflow-log', []]]);
  status = 'active';
  runStatus = 'active';
  /** Tasks of the only run of the only lane; each has the log `<taskId>-log`. */
  tasks: readonly FakeTask[] = [];
  /** Those of the schema, when not all of them run yet. */
  schemaTasks: readonly FakeTask[] | undefined;
  /** Answers everything with this status, while it is set. */
  failing: number | null = null;
  hasSchema = true;
  readonly requests: URL[] = [];
  /** Called before a request is answered. */
  onRequest: (url: URL) => void = () => undefined;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://server');
      this.requests.push(url);
      this.onRequest(url);
      const body = this.failing === null ? this.#answer(url) : undefined;
      const status = this.failing ?? (body === undefined ? 404 : 200);
      response.writeHead(status).end(body ?? JSON.stringify({ error: { id: 'notFound', description: `nothing at ${url.pathname}` } }));
    });
  }

  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  add(log: string, entry: Partial<FakeEntry> & { readonly timestamp: number }): void {
    const entries = this.logs.get(log) ?? [];
    this.logs.set(log, entries);
    entries.push({ severity: 'info', source: 'system', content: { description: `${log} ${entry.timestamp}` }, ...entry });
  }

  #answer(url: URL): string | undefined {
    const path = url.pathname.replace('/api/v3/oneprovider/automation/execution', '');
    const [, kind, id = '', aspect] = path.split('/');
    if (kind === 'workflows') return aspect === 'schema' ? this.#schema() : JSON.stringify(this.#details());
    if (kind === 'tasks') return JSON.stringify({ systemAuditLogId: `${id}-log` });
    if (aspect === 'dump') return `[${(this.logs.get(id) ?? []).map((entry) => JSON.stringify(entry)).join('\r\n,')}\r\n]`;
    const page = this.#page(this.logs.get(id) ?? [], url.searchParams);
    return page === undefined ? undefined : JSON.stringify(page);
  }

  #details(): unknown {
    const taskRegistry = Object.fromEntries(this.tasks.map((task) => [task.schemaId, task.taskId]));
    const runs =
      this.tasks.length === 0 ? [] : [{ runNumber: 1, status: this.runStatus, parallelBoxes: [{ schemaId: 'box', taskRegistry }] }];
    return {
      atmWorkflowExecutionId: 'e1',
      status: this.status,
      systemAuditLogStoreId: 'workflow-log',
      lanes: [{ schemaId: 'lane', runs }],
    };
  }

  #schema(): string | undefined {
    if (!this.hasSchema) return undefined;
    const tasks = (this.schemaTasks ?? this.tasks).map((task) => ({ id: task.schemaId, name: task.name, resultMappings: [] }));
    return JSON.stringify({ atmWorkflowSchemaRevision: { stores: [], lanes: [{ id: 'lane', name: 'lane', parallelBoxes: [{ tasks }] }] } });
  }

  #page(entries: readonly FakeEntry[], query: URLSearchParams): unknown {
    if (entries.length === 0) return undefined;
    const limit = Number(query.get('limit') ?? '1000');
    const timestamp = query.get('timestamp');
    const numbered = entries.map((entry, index) => ({ index: String(index), ...entry }));
    if (query.get('direction') === 'forward_from_oldest') {
      const first = timestamp === null ? Number(query.get('index') ?? '0') : indexFrom(entries, Number(timestamp));
      return { logEntries: numbered.slice(first, first + limit), isLast: first + limit >= entries.length };
    }
    const first = Math.min(Number(query.get('index') ?? entries.length - 1), entries.length - 1);
    const from = Math.max(0, first - limit + 1);
    return { logEntries: numbered.slice(from, first + 1).toReversed(), isLast: from === 0 };
  }
}

function indexFrom(entries: readonly FakeEntry[], timestamp: number): number {
  const found = entries.findIndex((entry) => entry.timestamp >= timestamp);
  return found === -1 ? entries.length : found;
}
