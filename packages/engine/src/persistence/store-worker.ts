/**
 * The thread that owns a SQLite connection (design §5). One message is one verb is one transaction.
 *
 * Invariants: 1. Transactions of a connection never overlap. 2. A control verb that is waiting runs before
 * any data verb that is waiting, so that a cancel never queues behind commits. 3. Every message is answered
 * exactly once.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { openSqlite, SqliteConnection } from './dialects/sqlite.ts';
import type { Verb } from './sql.ts';
import { addVerbs, verbNamed } from './verbs.ts';

interface Request {
  readonly id: number;
  readonly verb: string;
  readonly params: unknown;
}

const port = parentPort;
if (port === null) throw new Error('store-worker.ts runs only as a worker thread');
const { path, readOnly, verbModules } = workerData as { path: string; readOnly: boolean; verbModules: readonly string[] };
for (const url of verbModules) addVerbs(((await import(url)) as { verbs: readonly Verb<never, unknown>[] }).verbs);
const connection = new SqliteConnection(openSqlite(path, { readOnly }));

const control: Request[] = [];
const data: Request[] = [];
let working = false;

async function work(): Promise<void> {
  if (working) return;
  working = true;
  for (;;) {
    // New messages are only delivered between turns of the loop: let them in before choosing.
    await new Promise((resolve) => setImmediate(resolve));
    const request = control.shift() ?? data.shift();
    if (request === undefined) break;
    try {
      const value = await connection.transact(verbNamed(request.verb), request.params);
      port?.postMessage({ id: request.id, value });
    } catch (error) {
      refuse(request, error);
    }
  }
  working = false;
}

function refuse({ id }: Request, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  port?.postMessage({ id, failure: { message, stack: error instanceof Error ? error.stack : undefined } });
}

port.on('message', (request: Request | 'close') => {
  if (request === 'close') {
    connection.close();
    port.close();
    return;
  }
  try {
    (verbNamed(request.verb).class === 'control' ? control : data).push(request);
    void work();
  } catch (error) {
    refuse(request, error);
  }
});
