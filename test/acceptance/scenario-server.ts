/**
 * The server of the scenarios: the real one, with lambdas that imitate those of the dumps (ui-and-scenarios §2.2). A job is let go by the
 * test – that is the sleep of the workflows, scaled to what the test needs – and preparing may be held.
 */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionDetails } from '@laneway/client';
import { startApiServer, workflows, type Actor, type Answer, type ApiServer } from '../api/support/api-server.ts';
import { sendCommand, verdictOf, type CommandName, type RunSelector } from '../api/support/commands.ts';
import { Latch } from '../api/support/puppets.ts';
import { perItem, type InProcessLambda } from '../support/in-process-runtime.ts';
import { changedDump, scenarioDump } from './dumps.ts';

const echo = perItem((args, config) => {
  if (Number(config['exceptionProbability']) >= 1) throw new Error('Random exception');
  return Object.fromEntries(Object.entries(args).filter(([name]) => name !== '__meta'));
});

/** Every file of the scenarios that is checked has this content. */
const content = '100';
const checksum = perItem((args, config) => {
  const { fileId } = args['file'] as { readonly fileId: string };
  const algorithm = String(config['algorithm']);
  const digest = algorithm === 'adler32' ? '1260092' : createHash(algorithm).update(content).digest('hex');
  return { result: { fileId, algorithm, checksum: digest } };
});

const natural: InProcessLambda = async (job, control, task) =>
  await (task.lambdaRevision.name.startsWith('calculate-checksum') ? checksum : echo)(job, control, task);

export class Scenarios {
  readonly api: ApiServer;
  /** Ids of the files of fixture F6; the first one is that of F1. */
  readonly files: readonly string[];

  constructor(api: ApiServer, files: readonly string[]) {
    this.api = api;
    this.files = files;
  }

  /** Runs a workflow of the scenarios on the first files. */
  async run(
    name: string,
    options: { readonly files?: number; readonly as?: Actor } & Readonly<Record<string, unknown>> = {},
  ): Promise<string> {
    const { files = 1, ...rest } = options;
    const dump = scenarioDump(name);
    return await this.api.schedule(dump, { [inputStore(dump)]: this.files.slice(0, files).map((fileId) => ({ fileId })) }, rest);
  }

  async runChanged(name: string, change: Parameters<typeof changedDump>[1], files = 1): Promise<string> {
    const dump = changedDump(name, change);
    return await this.api.schedule(dump, { [inputStore(dump)]: this.files.slice(0, files).map((fileId) => ({ fileId })) });
  }

  /** Sends a request; what the table of answers calls it. */
  async ask(command: CommandName, executionId: string, run?: RunSelector): Promise<string> {
    return verdictOf(await sendCommand(this.api, command, executionId, run === undefined ? {} : { run }));
  }

  async get(executionId: string): Promise<Answer> {
    return await this.api.send('GET', `${workflows}/${executionId}`);
  }

  /** Lets the next job end as the lambda would, once it runs. */
  async letGo(executionId: string, count = 1): Promise<void> {
    for (let jobs = 0; jobs < count; jobs += 1) {
      await this.api.untilWaiting(executionId);
      this.api.puppets.endOne(executionId, 'go');
    }
  }

  /** From here on nothing of the execution waits for the test. */
  async toTheEnd(executionId: string): Promise<ExecutionDetails> {
    this.api.puppets.set(executionId, 'go');
    return await this.api.untilEnded(executionId);
  }

  /** Preparing runtimes waits until the latch is opened: the lane stays `preparing`, with its tasks. */
  holdPreparing(): Latch {
    const latch = new Latch();
    this.api.runtime.onPrepare = async () => {
      await latch.pass();
      return undefined;
    };
    return latch;
  }

  goOnPreparing(latch: Latch): void {
    this.api.runtime.onPrepare = undefined;
    latch.open();
  }

  /** Statuses of the tasks of a lane's newest run, in schema order. */
  async taskStatuses(details: ExecutionDetails, lane: number): Promise<readonly string[]> {
    return (await this.api.tasks(details, lane)).map((task) => task.status);
  }

  /** Items in processing, processed and failed of the tasks of a lane's newest run. */
  async counters(details: ExecutionDetails, lane: number): Promise<readonly (readonly number[])[]> {
    const tasks = await this.api.tasks(details, lane);
    return tasks.map((task) => [task.itemsInProcessing, task.itemsProcessed, task.itemsFailed]);
  }

  async valuesOf(storeId: string | null | undefined): Promise<readonly unknown[]> {
    const values: unknown[] = [];
    for await (const entry of this.api.client.stores.entries(storeId ?? '')) values.push(entry.success ? entry.value : entry.error);
    return values;
  }

  /** The statuses that the execution, or one of its lanes, went through. */
  async pathOf(executionId: string, lane?: number): Promise<readonly (string | null)[]> {
    const events = await this.api.events(executionId);
    return events.flatMap((event) => {
      const isMeant = lane === undefined ? event.subject === 'execution' : event.subject === 'laneRun' && event.laneIndex === lane;
      return isMeant ? [event.to] : [];
    });
  }
}

export async function startScenarios(): Promise<Scenarios> {
  const api = await startApiServer({
    lambdas: ['echo', 'calculate-checksum-rest', 'calculate-checksum-mounted'],
    natural,
    cancelGraceMs: 2000,
  });
  const { path } = await api.client.registry.space(api.spaceId);
  if (path === undefined) throw new Error('the space has no path');
  const names = Array.from({ length: 10 }, (_, index) => `file${index + 1}`);
  for (const name of names) writeFileSync(join(path, name), content);
  const files = await Promise.all(names.map(async (name) => await api.client.files.lookup(`${api.spaceId}/${name}`)));
  return new Scenarios(api, files);
}

/** The id of the store that the first lane iterates, whichever format the dump has. */
export function inputStore(dump: unknown): string {
  const found = /"storeSchemaId":"([^"]+)"/.exec(JSON.stringify((dump as { revision: unknown }).revision));
  const iterated = /"storeIteratorSpec":\{(?:"_version":1,"_data":\{)?[^{}]*?"storeSchemaId":"([^"]+)"/.exec(JSON.stringify(dump));
  const id = iterated?.[1] ?? found?.[1];
  if (id === undefined) throw new Error('the dump iterates no store');
  return id;
}

/** The run with this number, wherever it stands in the list (ui-and-scenarios §2.1). */
export function runOf(details: ExecutionDetails, lane: number, runNumber: number): ExecutionDetails['lanes'][number]['runs'][number] {
  const run = details.lanes[lane - 1]?.runs.find((candidate) => candidate.runNumber === runNumber);
  if (run === undefined) throw new Error(`lane ${lane} has no run ${runNumber}`);
  return run;
}

export function runNumbers(details: ExecutionDetails, lane: number): readonly (number | null)[] {
  return (details.lanes[lane - 1]?.runs ?? []).map((run) => run.runNumber);
}
