/**
 * One simulation: two or three nodes with the real engine over one database, under virtual time, with faults and users.
 * It goes through three times: trouble, in which everything may go wrong; calm, in which every execution must come to
 * rest (I14); and the end, in which nothing may be left over.
 */
import { openDatabase, type Database } from '@laneway/engine';
import { phaseOf, reduce, type Reduction } from '@laneway/model';
import { createSpace } from '../../packages/engine/src/persistence/sql/files.ts';
import { checkEnd, checkResults, type ResultValue } from './ends.ts';
import { Faults } from './faults.ts';
import { epochMs, replaceGlobals } from './globals.ts';
import { checkTables, readTables } from './inspect.ts';
import { SimulatedRuntime } from './lambdas.ts';
import { LiveJobs } from './limits.ts';
import type { Mutant } from './mutants.ts';
import { SimulatedNode } from './nodes.ts';
import { Random } from './random.ts';
import type { Scenario, Trigger } from './scenario.ts';
import { SimulatedStore, type StoreCall } from './store.ts';
import { Tracker, type Input } from './tracker.ts';
import { Users } from './users.ts';
import { World, type Life } from './world.ts';

export interface SimulationReport {
  readonly name: string;
  readonly stepCount: number;
  readonly faultCount: number;
  readonly jobCount: number;
  readonly virtualMs: number;
  readonly hash: string;
  readonly edges: Readonly<Record<string, number>>;
  readonly commands: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
  /** The last lines of the trace, or all of them. */
  readonly lines: readonly string[];
}

const spaceId = 'space';
/** Calm executions come to rest within this; the longest pause of the engine is a minute. */
const restWithinMs = 240_000;
const failOverMs = 8000;
const checkEverySteps = 40;

let sharedClock: () => number = () => epochMs;
let shared: Database | undefined;

/** One database for all simulations of a process, emptied before each: statements are prepared once. */
async function emptyDatabase(clock: () => number): Promise<Database> {
  sharedClock = clock;
  shared ??= await openDatabase({ kind: 'memory', now: () => sharedClock() });
  const tables = [
    'execution',
    'snapshot',
    'event',
    'archived_lane_run',
    'task',
    'node',
    'driver',
    'gate',
    'slice',
    'batch',
    'counter',
    'timer',
  ];
  const stores = ['store', 'store_tail', 'store_chunk', 'store_content', 'space', 'space_member'];
  await shared.call(
    {
      name: 'empty',
      class: 'control',
      run: async (tx) => {
        for (const table of [...tables, ...stores]) await tx.run(`delete from ${table}`);
      },
    },
    null,
  );
  await shared.call(createSpace, {
    id: spaceId,
    name: 'space',
    path: '/nowhere/space',
    readonly: false,
    ownerUserId: 'user',
    ownerPrivileges: null,
  });
  return shared;
}

export interface SimulationOptions {
  readonly keepAll?: boolean;
  readonly mutant?: Mutant | undefined;
}

export async function simulate(scenario: Scenario, options: SimulationOptions = {}): Promise<SimulationReport> {
  const simulation = new Simulation(scenario, options, await emptyDatabase(() => epochMs));
  return await simulation.run();
}

class Simulation {
  readonly #scenario: Scenario;
  readonly #mutant: Mutant | undefined;
  readonly #world: World;
  readonly #database: Database;
  readonly #tracker: Tracker;
  readonly #faults: Faults;
  readonly #jobs: LiveJobs;
  readonly #nodes: SimulatedNode[];
  readonly #users: Users;
  readonly #random: Random;
  readonly #values = new Map<number, ResultValue>();
  /** What was decided, by the list of changes that the decision made. */
  readonly #decided = new WeakMap<object, Input>();
  readonly #inputs = new WeakMap<object, Input>();
  readonly #lostAt = new Map<string, number>();
  readonly #renewedAt = new Map<string, number>();
  readonly #handles = new Map<string, number>();
  /** When nodes were dead, frozen or on their way out. */
  readonly #spans: { readonly fromMs: number; readonly toMs: number }[] = [];
  readonly #triggersLeft: { readonly trigger: Trigger; left: number }[];
  #nodeTroubleUntil = 0;
  #nodeFaultCount = 0;
  #isCalm = false;

  constructor(scenario: Scenario, options: SimulationOptions, database: Database) {
    const { seed } = scenario;
    this.#scenario = scenario;
    this.#triggersLeft = scenario.triggers.map((trigger) => ({ trigger, left: trigger.occurrence }));
    this.#mutant = options.mutant;
    this.#database = database;
    this.#random = new Random(seed, 'events');
    const world = new World({ keepAll: options.keepAll ?? false });
    this.#world = world;
    sharedClock = () => epochMs + Math.floor(world.now);
    this.#tracker = new Tracker(world);
    this.#faults = new Faults(world, new Random(seed, 'faults'), scenario.faults);
    this.#jobs = new LiveJobs(world, this.#tracker, scenario.config);
    this.#jobs.isDisturbed = (fromMs, toMs) => this.#isDisturbed(fromMs, toMs);
    this.#jobs.isLost = (job) => this.#isLost(job.life, job.startedAt);
    const store = this.#store();
    const lambdaRandom = new Random(seed, 'lambdas');
    const connect = (life: Life): Database => store.connect(life);
    const runtime = (life: Life): SimulatedRuntime =>
      new SimulatedRuntime({ world, random: lambdaRandom, life, runners: scenario.runners, watcher: this.#lambdaWatcher() });
    this.#nodes = scenario.nodeIds.map(
      (nodeId) =>
        new SimulatedNode(nodeId, {
          world,
          connect,
          runtime,
          reducer: (execution, input, now) => this.#decide(execution, input, now),
          hasAccess: () => this.#faults.hasAccess(),
          config: scenario.config,
          lost: (life) => this.#lostAt.set(life.name, world.now),
        }),
    );
    this.#users = new Users({ world, random: new Random(seed, 'users'), tracker: this.#tracker, nodes: this.#nodes });
  }

  async run(): Promise<SimulationReport> {
    const world = this.#world;
    const restore = replaceGlobals(world, new Random(this.#scenario.seed, 'ids'), async (url, signal) => await this.#fetch(url, signal));
    const rejected = (error: unknown): void =>
      world.problem(`an unhandled rejection: ${error instanceof Error ? (error.stack ?? '') : String(error)}`);
    process.on('unhandledRejection', rejected);
    this.#mutant?.install?.();
    try {
      this.#begin();
      await this.#trouble();
      if (world.problems.length === 0) await this.#calm();
      if (world.problems.length === 0) await this.#end();
    } finally {
      this.#mutant?.remove?.();
      process.off('unhandledRejection', rejected);
      restore();
    }
    return this.#report();
  }

  #begin(): void {
    const world = this.#world;
    for (const node of this.#nodes) node.start();
    for (const [index, planned] of this.#scenario.workflows.entries()) {
      world.after(planned.atMs, null, `workflow ${index + 1} is scheduled`, () => this.#schedule(index, 0));
    }
    for (const action of this.#scenario.actions) world.after(action.atMs, null, action.kind, () => this.#act(action));
  }

  #schedule(index: number, attempt: number): void {
    const workflow = this.#scenario.workflows[index]?.workflow;
    const node = this.#nodes.find((candidate) => candidate.isUp && candidate.life?.state === 'alive');
    const again = (): void => {
      if (attempt < 60) this.#world.after(500, null, 'schedules again', () => this.#schedule(index, attempt + 1));
    };
    if (workflow === undefined || node?.engine === undefined || node.life === undefined) return again();
    const { engine, life } = node;
    this.#world.after(0, life, 'schedules', () => {
      engine.executions.schedule({ ...workflow.request, spaceId }).then(
        (result) => this.#world.note(`scheduled: ${result.ok ? result.value.executionId : result.error.description}`),
        () => this.#world.after(1, null, 'scheduling failed', again),
      );
    });
  }

  #act(action: Scenario['actions'][number]): void {
    if (action.kind === 'command') {
      if (action.verb === undefined) return this.#users.act();
      for (const tracked of this.#tracker.executions.values()) this.#users.send(action.verb, tracked, action.nodeId);
      return;
    }
    const node = this.#nodes.find((candidate) => candidate.nodeId === action.nodeId);
    if (node === undefined) return;
    this.#disturb(node, action);
  }

  #disturb(node: SimulatedNode, action: { readonly kind: 'kill' | 'freeze' | 'leave'; readonly lengthMs: number }): void {
    const { life } = node;
    this.#nodeFaultCount += 1;
    this.#spans.push({ fromMs: this.#world.now, toMs: this.#world.now + action.lengthMs + 30_000 });
    this.#nodeTroubleUntil = Math.max(this.#nodeTroubleUntil, this.#world.now + action.lengthMs + 100);
    const back = (): void => void this.#world.after(action.lengthMs, null, `${node.nodeId} comes back`, () => node.start());
    switch (action.kind) {
      case 'kill':
        if (life === undefined) return;
        node.kill();
        return back();
      case 'freeze':
        if (life === undefined || life.state !== 'alive') return;
        this.#world.freeze(life);
        this.#world.after(action.lengthMs, null, `${life.name} wakes`, () => this.#world.wake(life));
        return;
      case 'leave':
        if (life?.state !== 'alive' || !node.isUp) return;
        // Its jobs may come to their end first.
        this.#nodeTroubleUntil = Math.max(this.#nodeTroubleUntil, this.#world.now + 30_000);
        node.leave(() => {
          this.#nodeTroubleUntil = this.#world.now + action.lengthMs + 100;
          if (life.state !== 'dead') node.kill();
          back();
        });
    }
  }

  async #trouble(): Promise<void> {
    const untilMs = this.#scenario.calmAtMs;
    while (this.#world.now < Math.max(untilMs, this.#nodeTroubleUntil + 200) && this.#world.problems.length === 0) await this.#step();
    this.#isCalm = true;
  }

  /** Nothing goes wrong any more: everything comes to rest in bounded time. */
  async #calm(): Promise<void> {
    const world = this.#world;
    world.note('from here on nothing goes wrong');
    let hasResumed = !this.#scenario.resumesAtTheEnd;
    let deadline = world.now + restWithinMs;
    let restedAt: number | null = null;
    while (world.problems.length === 0) {
      await this.#step();
      const moving = [...this.#tracker.executions.values()].filter(
        (tracked) => !tracked.isDiscarded && !isAtRest(tracked.execution.status),
      );
      if (world.now > deadline) {
        const { execution } = moving[0] ?? {};
        world.problem(`I14: nothing moves ${execution?.status}/${execution?.current.status} after ${restWithinMs} ms without faults`);
        return;
      }
      if (moving.length > 0) {
        restedAt = null;
        continue;
      }
      if (!hasResumed) {
        hasResumed = true;
        for (const tracked of this.#tracker.executions.values()) {
          if (!tracked.isDiscarded && phaseOf(tracked.execution.status) === 'suspended') this.#users.send('resume', tracked);
        }
        deadline = world.now + restWithinMs;
        continue;
      }
      restedAt ??= world.now;
      // Cleaning up takes a few looks.
      if (world.now - restedAt > 15_000 && world.stepCount >= 200) return;
    }
  }

  async #end(): Promise<void> {
    const world = this.#world;
    const context = { tracker: this.#tracker, jobs: this.#jobs, values: this.#values, database: this.#database, now: world.now };
    for (const problem of [...(await checkResults(context)), ...(await checkEnd(context, this.#handlesLeft()))]) world.problem(problem);
    for (const { execution } of this.#tracker.executions.values()) {
      const { endsAs } = this.#scenario;
      if (endsAs !== null && execution.status !== endsAs) world.problem(`it is ${execution.status} in the end`);
    }
    if (!this.#scenario.leavesAtTheEnd || world.problems.length > 0) return;
    let left = 0;
    for (const node of this.#nodes) node.leave(() => (left += 1));
    const deadline = world.now + 20_000;
    while (left < this.#nodes.length && world.now < deadline && world.problems.length === 0) if (!(await world.step())) break;
    if (left < this.#nodes.length) world.problem('a node does not stop');
  }

  async #step(): Promise<void> {
    const world = this.#world;
    if (!(await world.step())) world.problem('nothing happens any more');
    if (world.stepCount % checkEverySteps === 0) {
      const tables = await this.#database.call(readTables, null);
      for (const problem of checkTables(tables, this.#tracker)) world.problem(problem);
    }
    this.#checkStops();
  }

  /** A stop that aborts ends in bounded time after its acknowledgement, or after the trouble (I4). */
  #checkStops(): void {
    const { now } = this.#world;
    const troubleUntil = Math.max(this.#nodeTroubleUntil, this.#faults.endOfTrouble());
    const boundMs = Math.max(this.#scenario.config.cancelGraceMs, failOverMs) + 1000;
    for (const { abortingSince, isDiscarded, execution } of this.#tracker.executions.values()) {
      if (abortingSince === null || isDiscarded) continue;
      const sinceMs = now - Math.max(abortingSince, troubleUntil);
      if (sinceMs > boundMs) this.#world.problem(`I4: still stopping (${execution.current.stoppingReason}) after ${sinceMs.toFixed(0)} ms`);
    }
  }

  #store(): SimulatedStore {
    const world = this.#world;
    const mutant = this.#mutant;
    return new SimulatedStore({
      world,
      database: this.#database,
      random: new Random(this.#scenario.seed, 'store'),
      watcher: {
        sent: (call) => {
          const changes = call.verb.name === 'saveTransition' ? (call.params as { changes: object }).changes : null;
          const input = changes === null ? undefined : this.#decided.get(changes);
          if (input !== undefined) this.#inputs.set(call.params as object, input);
          this.#sending = input;
          if (input !== undefined) this.#trigger('sent', input, call);
        },
        treat: (call) => {
          if (this.#sending !== undefined) this.#inputs.set(call.params as object, this.#sending);
          return this.#faults.treat(call, this.#sending);
        },
        ...(mutant?.rewrite === undefined ? {} : { rewrite: async (call: StoreCall) => await mutant.rewrite?.(call, this.#database) }),
        done: (call, result) => this.#done(call, result),
      },
    });
  }

  #sending: Input | undefined;
  readonly #scriptedCounts = new Map<string, number>();

  #done(call: StoreCall, result: unknown): void {
    const { params } = call;
    if (call.verb.name === 'renewNode') this.#renewedAt.set(call.life.name, this.#world.now);
    const input = params === null ? undefined : this.#inputs.get(params as object);
    this.#tracker.done(call, input, result);
    if (input !== undefined && result === 'saved') this.#trigger('done', input, call);
  }

  #trigger(moment: Trigger['moment'], input: Input, { life }: StoreCall): void {
    if (this.#isCalm) return;
    for (const waiting of this.#triggersLeft) {
      const { on, delayMs, what } = waiting.trigger;
      if (on !== input.kind || moment !== waiting.trigger.moment) continue;
      waiting.left -= 1;
      if (waiting.left !== 0) continue;
      this.#world.after(delayMs, null, `${what.kind} upon ${on}`, () => {
        const node = this.#nodes.find((candidate) => candidate.life === life);
        if (what.kind === 'command') this.#act({ ...what, atMs: 0 });
        else if (node !== undefined && !this.#isCalm) this.#disturb(node, what);
      });
    }
  }

  #decide(...args: Parameters<typeof reduce>): Reduction {
    const reduction = reduce(...args);
    if (reduction.kind === 'changed') this.#decided.set(reduction.changes, args[1]);
    return reduction;
  }

  /** Whether anything went wrong meanwhile that may leave a job in the dark. */
  #isDisturbed(fromMs: number, toMs: number): boolean {
    const { faults, workflows } = this.#scenario;
    const throws = workflows.some(({ workflow }) => [...workflow.natures.values()].some((nature) => nature.weights.throw > 0));
    return throws || [...faults.store, ...this.#spans].some((span) => span.fromMs - 100 < toMs + 100 && fromMs < span.toMs + 10_000);
  }

  #isLost(life: Life, startedAt: number): boolean {
    const lostAt = this.#lostAt.get(life.name);
    const renewedAt = this.#renewedAt.get(life.name) ?? 0;
    return (lostAt !== undefined && lostAt >= startedAt) || this.#world.now - renewedAt > 6000;
  }

  #lambdaWatcher(): ConstructorParameters<typeof SimulatedRuntime>[0]['watcher'] {
    const natures = new Map(this.#scenario.workflows.flatMap(({ workflow }) => [...workflow.natures]));
    return {
      natureOf: (name) => {
        const nature = natures.get(name);
        if (nature === undefined) throw new Error(`no lambda ${name}`);
        return nature;
      },
      scripted: (nature) => {
        const count = this.#scriptedCounts.get(nature.name) ?? 0;
        this.#scriptedCounts.set(nature.name, count + 1);
        return nature.script[count];
      },
      jobStarted: (job, runners) => this.#jobs.started(job, runners),
      jobEnded: (job) => this.#jobs.ended(job),
      valueFor: ({ laneRunId, taskId }, item) => {
        const value = 1_000_000 + this.#values.size;
        this.#values.set(value, { laneRunId, taskId, item });
        return value;
      },
      prepared: (task, life) =>
        this.#handles.set(`${life.name} ${task.taskId}`, (this.#handles.get(`${life.name} ${task.taskId}`) ?? 0) + 1),
      disposed: (taskId, life) => this.#handles.set(`${life.name} ${taskId}`, (this.#handles.get(`${life.name} ${taskId}`) ?? 0) - 1),
      preparing: (life, lambda) => this.#faults.preparing(life, lambda),
    };
  }

  /** Runtimes that a living node still keeps. */
  #handlesLeft(): readonly string[] {
    const living = new Set(this.#nodes.map((node) => node.life?.name));
    return [...this.#handles].filter(([key, count]) => count !== 0 && living.has(key.split(' ')[0] ?? '')).map(([key]) => key);
  }

  async #fetch(url: string, signal: AbortSignal | undefined): Promise<Response> {
    const life = this.#world.current;
    return await new Promise<Response>((resolve, reject) => {
      const aborted = (): void => reject(new Error('aborted'));
      signal?.addEventListener('abort', aborted);
      const status = this.#random.chance(0.3) ? 500 : 200;
      this.#world.after(this.#random.between(1, 200), life ?? null, `${url} answers ${status}`, () =>
        resolve(new Response(null, { status })),
      );
    });
  }

  #report(): SimulationReport {
    const world = this.#world;
    return {
      name: this.#scenario.name,
      stepCount: world.stepCount,
      faultCount: this.#faults.count + this.#nodeFaultCount,
      jobCount: this.#jobs.jobCount,
      virtualMs: world.now,
      hash: world.hash(),
      edges: Object.fromEntries(this.#tracker.edges),
      commands: Object.fromEntries(this.#users.accepted),
      problems: world.problems,
      lines: world.lines,
    };
  }
}

function isAtRest(status: Parameters<typeof phaseOf>[0]): boolean {
  const phase = phaseOf(status);
  return phase === 'ended' || phase === 'suspended';
}
