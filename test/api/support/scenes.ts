/**
 * One execution in each status, held there by the test: nothing of it moves until the scene is over. Two lanes, the first of two
 * boxes, one batch: a job of the first task is all that is ever in flight.
 */
import type { ExecutionDetails } from '@laneway/client';
import type { PrepareOutcome } from '@laneway/engine';
import type { Execution } from '@laneway/model';
import { smallWorkflow, type SmallWorkflow } from '../../acceptance/dumps.ts';
import type { ApiServer } from './api-server.ts';
import { sendCommand, verdictOf, type CommandName } from './commands.ts';
import { Latch } from './puppets.ts';

export interface Scene {
  readonly executionId: string;
  /** Stops every driver before its next step, until the scene is over. */
  readonly holdDrivers: () => void;
  readonly end: () => Promise<void>;
}

const base: SmallWorkflow = { image: 'test/puppet', itemType: 'number', lanes: [[['one'], ['two']], [['three']]] };
const dumps = {
  tolerant: smallWorkflow(base),
  strict: smallWorkflow({ ...base, threshold: 0.1 }),
};
const input = [1, 2, 3];

export const sceneNames = [
  'scheduled',
  'resuming',
  'resuming, not prepared yet',
  'preparing',
  'active',
  'stopping for a pause',
  'stopping for a cancel',
  'stopping, its last lane run finished',
  'stopping, its lane run failed',
  'paused',
  'paused, not prepared yet',
  'interrupted',
  'finished',
  'failed in the first of two lanes',
  'failed in the last lane',
  'failed by the threshold',
  'failed in preparation',
  'cancelled',
  'crashed',
] as const;
export type SceneName = (typeof sceneNames)[number];

export async function setScene(api: ApiServer, name: SceneName): Promise<Scene> {
  const stage = new Stage(api);
  try {
    await builders[name](stage);
    return stage;
  } catch (error) {
    await stage.end();
    throw error;
  }
}

/** Collects what is held, and lets it go at the end. */
class Stage implements Scene {
  readonly api: ApiServer;
  readonly #latches: Latch[] = [];
  #id: string | undefined;

  constructor(api: ApiServer) {
    this.api = api;
  }

  get executionId(): string {
    if (this.#id === undefined) throw new Error('nothing was scheduled yet');
    return this.#id;
  }

  async schedule(dump: keyof typeof dumps = 'tolerant'): Promise<void> {
    this.#id = await this.api.schedule(dumps[dump], { input });
  }

  async active(dump?: keyof typeof dumps): Promise<void> {
    await this.schedule(dump);
    await this.jobWaits();
  }

  async jobWaits(): Promise<void> {
    await this.api.untilWaiting(this.executionId);
  }

  async command(command: CommandName): Promise<void> {
    const verdict = verdictOf(await sendCommand(this.api, command, this.executionId));
    if (verdict !== 'ok') throw new Error(`${command} was answered ${verdict}`);
  }

  async status(...statuses: readonly ExecutionDetails['status'][]): Promise<ExecutionDetails> {
    return await this.api.untilStatus(this.executionId, ...statuses);
  }

  async reached(latch: Latch, count = 1): Promise<void> {
    await this.api.until(this.executionId, () => latch.reached >= count);
  }

  latch(): Latch {
    const latch = new Latch();
    this.#latches.push(latch);
    return latch;
  }

  holdDrivers(): Latch {
    const latch = this.latch();
    this.api.database.fault = async (verb, params) => {
      if (verb === 'saveTransition' && (params as { readonly drive: unknown }).drive !== null) await latch.pass();
      return undefined;
    };
    return latch;
  }

  /** What preparing a runtime of this execution, whichever it will be, comes to. */
  onPrepare(outcome: () => Promise<PrepareOutcome | undefined>): void {
    this.api.runtime.onPrepare = async () => await outcome();
  }

  /** Runtimes of this execution are not given up until the scene is over. */
  holdDisposing(): Latch {
    const latch = this.latch();
    this.api.runtime.onDispose = async () => await latch.pass();
    return latch;
  }

  /** Nothing is held any more but the jobs. */
  letGo(): void {
    this.api.database.fault = () => undefined;
    this.api.runtime.onPrepare = undefined;
    this.api.runtime.onDispose = undefined;
    for (const latch of this.#latches.splice(0)) latch.open();
  }

  async end(): Promise<void> {
    const { api } = this;
    this.letGo();
    if (this.#id === undefined) return;
    api.puppets.set(this.#id, 'go');
    const view = await api.engine.executions.view(this.#id);
    if (view === null) return;
    await sendCommand(api, 'cancel', this.#id);
    await api.untilEnded(this.#id);
  }
}

const builders: Readonly<Record<SceneName, (stage: Stage) => Promise<void>>> = {
  scheduled: async (stage) => {
    const latch = stage.holdDrivers();
    await stage.schedule();
    await stage.reached(latch);
  },
  resuming: async (stage) => {
    await builders.paused(stage);
    const latch = stage.latch();
    stage.onPrepare(async () => {
      await latch.pass();
      return undefined;
    });
    await stage.command('resume');
    await stage.reached(latch, 2);
  },
  'resuming, not prepared yet': async (stage) => {
    await builders['paused, not prepared yet'](stage);
    const latch = stage.holdDrivers();
    await stage.command('resume');
    await stage.reached(latch);
  },
  preparing: async (stage) => {
    const latch = stage.latch();
    stage.onPrepare(async () => {
      await latch.pass();
      return undefined;
    });
    await stage.schedule();
    // Two tasks of the first lane and, in advance, one of the second.
    await stage.reached(latch, 3);
  },
  active: async (stage) => {
    await stage.active();
    await stage.api.until(stage.executionId, ({ lanes }) => lanes[1]?.runs[0]?.status === 'enqueued');
  },
  'stopping for a pause': async (stage) => {
    await builders.active(stage);
    await stage.command('pause');
  },
  'stopping for a cancel': async (stage) => {
    await builders.active(stage);
    stage.api.puppets.set(stage.executionId, 'ignoreStop');
    await stage.command('cancel');
  },
  'stopping, its last lane run finished': async (stage) => {
    const { api } = stage;
    await stage.active();
    api.puppets.endOne(stage.executionId, 'go');
    await stage.jobWaits();
    api.puppets.endOne(stage.executionId, 'go');
    await api.until(stage.executionId, ({ lanes }) => lanes[0]?.runs[0]?.status === 'finished');
    await stage.jobWaits();
    const latch = stage.holdDisposing();
    api.puppets.endOne(stage.executionId, 'go');
    await stage.status('stopping');
    await stage.reached(latch);
  },
  'stopping, its lane run failed': async (stage) => {
    await builders.active(stage);
    const latch = stage.holdDisposing();
    stage.api.puppets.endOne(stage.executionId, 'fail');
    await stage.status('stopping');
    await stage.reached(latch);
  },
  paused: async (stage) => {
    await builders['stopping for a pause'](stage);
    stage.api.puppets.endOne(stage.executionId, 'go');
    await stage.status('paused');
  },
  'paused, not prepared yet': async (stage) => {
    await builders.scheduled(stage);
    await stage.command('pause');
    stage.letGo();
    await stage.status('paused');
  },
  interrupted: async (stage) => {
    stage.onPrepare(async () => await Promise.resolve({ kind: 'failed', reason: 'the test has no runtime', unavailable: true }));
    await stage.schedule();
    await stage.status('interrupted');
    stage.api.runtime.onPrepare = undefined;
  },
  finished: async (stage) => {
    await stage.schedule();
    stage.api.puppets.set(stage.executionId, 'go');
    await stage.status('finished');
    stage.api.puppets.set(stage.executionId, 'hold');
  },
  'failed in the first of two lanes': async (stage) => await failed(stage, 'tolerant'),
  'failed in the last lane': async (stage) => {
    await stage.schedule();
    for (const ending of ['go', 'go', 'fail'] as const) {
      await stage.jobWaits();
      stage.api.puppets.endOne(stage.executionId, ending);
    }
    await stage.status('failed');
  },
  'failed by the threshold': async (stage) => await failed(stage, 'strict'),
  'failed in preparation': async (stage) => {
    stage.onPrepare(async () => await Promise.resolve({ kind: 'failed', reason: 'the test has no lambda' }));
    await stage.schedule();
    await stage.status('failed');
    stage.api.runtime.onPrepare = undefined;
  },
  cancelled: async (stage) => {
    await builders.active(stage);
    await stage.command('cancel');
    await stage.status('cancelled');
  },
  crashed: async (stage) => {
    // The engine tries a failing step five times before it gives the execution up.
    stage.api.database.fault = (verb, params) =>
      verb === 'saveTransition' && (params as { readonly execution: Execution }).execution.status === 'active' ? 'before' : undefined;
    await stage.schedule();
    await stage.status('crashed');
    stage.letGo();
  },
};

async function failed(stage: Stage, dump: keyof typeof dumps): Promise<void> {
  await stage.schedule(dump);
  stage.api.puppets.set(stage.executionId, 'fail');
  await stage.status('failed');
  stage.api.puppets.set(stage.executionId, 'hold');
}
