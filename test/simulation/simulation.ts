/**
 * One simulation: two or three nodes with the real engine over one database, under virtual time, with faults and users.
 * It goes through three times: trouble, in which everything may go wrong; calm, in which every execution must come to
 * rest (I14); and the end, in which nothing may be left over.
 */
import type { Database } from '@laneway/engine';
import { phaseOf, reduce, type Reduction } from '@laneway/model';
import { checkEnd, checkResults, outcomeOf, type ResultValue } from './ends.ts';
import { Faults } from './faults.ts';
import { epochMs, replaceGlobals } from './globals.ts';
import { checkTables, readTables } from './inspect.ts';
import { SimulatedRuntime } from './lambdas.ts';
import { LiveJobs } from './limits.ts';
import { emptyDatabase } from './memory-database.ts';
import type { Mutant } from './mutants.ts';
import { SimulatedNode } from './nodes.ts';
import { Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import { Stage } from './stage.ts';
import { SimulatedStore, type StoreCall } from './store.ts';
import { Tracker, type Input } from './tracker.ts';
import { Users } from './users.ts';
import { World, type Life } from './world.ts';

export interface SimulationReport {
  readonly name: string;
  readonly isSeed: boolean;
  readonly stepCount: number;
  readonly faultCount: number;
  readonly jobCount: number;
  readonly virtualMs: number;
  readonly hash: string;
  readonly edges: Readonly<Record<string, number>>;
  readonly commands: Readonly<Record<string, number>>;
  /** Requests that may write until everything had come to rest. */
  readonly callCount: number;
  /** What users see in the end. */
  readonly outcome: string;
  readonly problems: readonly string[];
  /** The last lines of the trace, or all of them. */
  readonly lines: readonly string[];
}

/** While nothing goes wrong something changes at least this often until all is at rest; the longest pause of the engine is a minute. */
const standstillMs = 100_000;
const failOverMs = 8000;
const checkEverySteps = 40;

export interface SimulationOptions {
  readonly keepAll?: boolean;
  readonly mutant?: Mutant | undefined;
}

export async function simulate(scenario: Scenario, options: SimulationOptions = {}): Promise<SimulationReport> {
  const world = new World({ keepAll: options.keepAll ?? false });
  const database = await emptyDatabase(() => epochMs + Math.floor(world.now));
  return await new Simulation(scenario, world, database, options.mutant).run();
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
  readonly #stage: Stage;

  constructor(scenario: Scenario, world: World, database: Database, mutant: Mutant | undefined) {
    const { seed } = scenario;
    this.#scenario = scenario;
    this.#mutant = mutant;
    this.#database = database;
    this.#random = new Random(seed, 'events');
    this.#world = world;
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
    this.#stage = new Stage({ world, scenario, tracker: this.#tracker, nodes: this.#nodes, users: this.#users });
  }

  async run(): Promise<SimulationReport> {
    const world = this.#world;
    const restore = replaceGlobals(world, new Random(this.#scenario.seed, 'ids'), async (url, signal) => await this.#fetch(url, signal));
    const rejected = (error: unknown): void =>
      world.problem(`an unhandled rejection: ${error instanceof Error ? (error.stack ?? '') : String(error)}`);
    process.on('unhandledRejection', rejected);
    this.#mutant?.install?.();
    try {
      this.#stage.begin();
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

  /** Until the plan says so, and nodes are what they should be, and enough has gone wrong. */
  async #trouble(): Promise<void> {
    const world = this.#world;
    const isOver = (): boolean => world.now >= Math.max(this.#scenario.calmAtMs, this.#stage.troubleUntil + 200);
    while (!isOver() && world.problems.length === 0) await this.#step();
    this.#faults.isForced = true;
    while (this.#faultCount < this.#scenario.leastFaults && world.problems.length === 0) await this.#step();
    this.#faults.isForced = false;
    this.#stage.isCalm = true;
  }

  get #faultCount(): number {
    return this.#faults.count + this.#stage.faultCount;
  }

  /** Nothing goes wrong any more: everything comes to rest in bounded time. */
  async #calm(): Promise<void> {
    const world = this.#world;
    world.note('from here on nothing goes wrong');
    let hasResumed = false;
    let restedAt: number | null = null;
    const calmAt = world.now;
    while (world.problems.length === 0) {
      await this.#step();
      const moving = [...this.#tracker.executions.values()].filter(
        (tracked) => !tracked.isDiscarded && !isAtRest(tracked.execution.status),
      );
      const isMoving = moving.length > 0 || !this.#stage.isScriptDone;
      if (isMoving && world.now - Math.max(calmAt, this.#tracker.changedAt) > standstillMs) {
        const { execution } = moving[0] ?? {};
        world.problem(`I14: it stands still: ${execution?.status ?? 'the user'}/${execution?.current.status}`);
        return;
      }
      if (isMoving) {
        restedAt = null;
        continue;
      }
      if (!hasResumed) {
        hasResumed = true;
        for (const tracked of this.#tracker.executions.values()) {
          if (tracked.isDiscarded) continue;
          const isSuspended = phaseOf(tracked.execution.status) === 'suspended';
          if (isSuspended && this.#scenario.resumesAtTheEnd) this.#users.send('resume', tracked);
          if (!isSuspended && this.#scenario.rerunsAtTheEnd) this.#users.send('rerun', tracked);
        }
        continue;
      }
      this.#callsToRest ??= this.#stage.callCount;
      restedAt ??= world.now;
      if (world.now - restedAt > this.#scenario.settleMs && world.stepCount >= 200) return;
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
    this.#outcome = outcomeOf(this.#tracker);
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

  /** A stop that aborts ends in bounded time after its acknowledgement, or after the trouble; a pause after its last job (I4). */
  #checkStops(): void {
    const { now } = this.#world;
    const troubleUntil = Math.max(this.#stage.troubleUntil, this.#faults.endOfTrouble());
    const boundMs = Math.max(this.#scenario.config.cancelGraceMs, failOverMs) + 1000;
    for (const tracked of this.#tracker.executions.values()) {
      const { abortingSince, isDiscarded, execution } = tracked;
      if (tracked.drainingSince !== null) {
        if (this.#jobs.isBusyFor(execution.id)) tracked.drainingSince = now;
        const sinceMs = now - Math.max(tracked.drainingSince, troubleUntil);
        if (sinceMs > failOverMs + 1000) this.#world.problem(`I4: still pausing ${sinceMs.toFixed(0)} ms after its last job`);
      }
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
        },
        treat: (call) => {
          if (this.#sending !== undefined) this.#inputs.set(call.params as object, this.#sending);
          if (this.#stage.sent(call, this.#sending)) return { fault: 'before', delayMs: 1000 };
          return this.#faults.treat(call, this.#sending);
        },
        ...(mutant?.rewrite === undefined ? {} : { rewrite: async (call: StoreCall) => await mutant.rewrite?.(call, this.#database) }),
        done: (call, result) => this.#done(call, result),
      },
    });
  }

  /** Requests that may write until everything had come to rest. */
  #callsToRest: number | undefined;
  #outcome = '';
  #sending: Input | undefined;
  readonly #scriptedCounts = new Map<string, number>();

  #done(call: StoreCall, result: unknown): void {
    const { params } = call;
    if (call.verb.name === 'renewNode') this.#renewedAt.set(call.life.name, this.#world.now);
    const input = params === null ? undefined : this.#inputs.get(params as object);
    this.#tracker.done(call, input, result);
    this.#stage.done(call, input, result === 'saved');
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
    const isFaulty = faults.store.some((span) => span.fromMs - 100 < toMs + 100 && fromMs < span.toMs + 10_000);
    return throws || isFaulty || this.#stage.wasDisturbed(fromMs, toMs);
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
      isSeed: this.#scenario.name === `seed ${this.#scenario.seed}`,
      stepCount: world.stepCount,
      faultCount: this.#faultCount,
      jobCount: this.#jobs.jobCount,
      virtualMs: world.now,
      hash: world.hash(),
      edges: Object.fromEntries(this.#tracker.edges),
      commands: Object.fromEntries(this.#users.accepted),
      callCount: this.#callsToRest ?? 0,
      outcome: this.#outcome,
      problems: world.problems,
      lines: world.lines,
    };
  }
}

function isAtRest(status: Parameters<typeof phaseOf>[0]): boolean {
  const phase = phaseOf(status);
  return phase === 'ended' || phase === 'suspended';
}
