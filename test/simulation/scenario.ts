/** What a seed decides before anything happens: nodes, workflows, faults, commands. */
import type { EngineConfig } from '@laneway/engine';
import type { ExecutionStatus } from '@laneway/model';
import { planFaults, type FaultPlan } from './faults.ts';
import { Random } from './random.ts';
import type { Input, TrackedExecution } from './tracker.ts';
import type { Verb } from './users.ts';
import { planWorkflow, type PlannedWorkflow } from './workflow.ts';

export type Action =
  | {
      readonly kind: 'command';
      readonly atMs: number;
      /** Absent: whatever a user likes. */ readonly verb?: Verb;
      readonly nodeId?: string;
    }
  | { readonly kind: 'kill' | 'freeze' | 'leave'; readonly atMs: number; readonly nodeId: string; readonly lengthMs: number };

/** Something that happens when a transition of this kind, or a request of this name, is sent or has been done. */
export interface Trigger {
  readonly on: string;
  readonly moment: 'sent' | 'done';
  /** Which one, from 1. */
  readonly occurrence: number;
  readonly delayMs: number;
  readonly what:
    | { readonly kind: 'command'; readonly verb: Verb; readonly nodeId?: string }
    /** Of the node that sent it. */
    | { readonly kind: 'kill' | 'freeze'; readonly lengthMs: number };
}

/** A node dies before or after one of its requests that may write: the how manieth since the beginning or the last crash. */
export interface Crash {
  readonly call: number;
  readonly moment: 'before' | 'after';
}

/** What a user does who asks again until it is so. */
export interface ScriptStep {
  readonly verb: Verb;
  /** Of rerun and retry: the newest ended run of this lane. */
  readonly laneIndex?: number;
  readonly when: (tracked: TrackedExecution) => boolean;
  readonly until: (tracked: TrackedExecution) => boolean;
}

export interface Scenario {
  readonly name: string;
  readonly seed: number;
  readonly nodeIds: readonly string[];
  readonly runners: number;
  readonly config: Pick<EngineConfig, 'cancelGraceMs' | 'drainMs' | 'jobTimeoutMs' | 'jobsPerTask' | 'jobsPerNode'>;
  readonly workflows: readonly { readonly atMs: number; readonly workflow: PlannedWorkflow }[];
  readonly faults: FaultPlan;
  readonly actions: readonly Action[];
  readonly triggers: readonly Trigger[];
  readonly crashes: readonly Crash[];
  /** How long a node that crashed is away. */
  readonly awayMs: number;
  readonly script: readonly ScriptStep[];
  /** So much goes wrong at least. */
  readonly leastFaults: number;
  /** From here on nothing goes wrong. */
  readonly calmAtMs: number;
  /** How every execution must end; null: in any way. */
  readonly endsAs: ExecutionStatus | null;
  readonly resumesAtTheEnd: boolean;
  /** What has ended is run once more in the calm. */
  readonly rerunsAtTheEnd: boolean;
  readonly leavesAtTheEnd: boolean;
  /** How long cleaning up may take when all is at rest. */
  readonly settleMs: number;
}

const triggerVerbs = [
  'loadExecution',
  'claimSlice',
  'commitJobs',
  'openWork',
  'returnSlices',
  'gateOfLaneRun',
  'readStoreItems',
  'stopEpochs',
  'viewExecution',
  'acquireDrive',
  'acquireDrives',
  'releaseDrive',
  'registerNode',
  'returnDeadSlices',
];

const triggerKinds: readonly Input['kind'][] = [
  'componentsCreated',
  'laneRunPrepared',
  'tasksStarted',
  'tasksConcluded',
  'taskBroken',
  'laneRunDrained',
  'laneRunStopped',
  'executionDrained',
  'resume',
  'pause',
  'cancel',
  'retry',
  'forceContinue',
  'tasksResuming',
  'tasksResumed',
  'laneRunResumed',
];

function planTrigger(random: Random): Trigger {
  const lengthMs = random.pick([300, 3000, 7500]) * random.between(0.6, 1.4);
  const isVerb = random.chance(0.4);
  return {
    on: random.pick<string>(isVerb ? triggerVerbs : triggerKinds),
    moment: random.pick(['sent', 'done']),
    occurrence: isVerb ? random.int(1, 30) : random.pick([1, 1, 2, 3]),
    delayMs: random.pick([0, 1, 20, 200]) * random.next(),
    what: random.chance(0.6)
      ? {
          kind: 'command',
          verb: random.pick(['cancel', 'pause', 'pause', 'resume', 'resume', 'retry', 'rerun', 'forceContinue', 'delete']),
        }
      : { kind: random.pick(['kill', 'freeze']), lengthMs },
  };
}

export function scenarioOf(seed: number): Scenario {
  const random = new Random(seed, 'scenario');
  const nodeIds = random.chance(0.75) ? ['a', 'b'] : ['a', 'b', 'c'];
  const troubleMs = random.pick([4000, 8000, 15_000, 25_000]);
  const workflows = Array.from({ length: random.chance(0.75) ? 1 : 2 }, (_, index) => ({
    atMs: random.between(20, 400),
    workflow: planWorkflow(random, `w${index + 1}`),
  }));
  const faults = planFaults(random, nodeIds, troubleMs);
  const actions: Action[] = [];
  const commandCount = random.int(2, 10);
  for (let index = 0; index < commandCount; index += 1) actions.push({ kind: 'command', atMs: random.between(30, troubleMs) });
  const nodeFaultCount = random.pick([0, 1, 1, 2, 3]);
  for (let index = 0; index < nodeFaultCount; index += 1) {
    const kind = random.pick(['kill', 'kill', 'freeze', 'freeze', 'leave'] as const);
    const lengthMs = random.pick([50, 700, 3000, 7000, 12_000]) * random.between(0.6, 1.2);
    actions.push({ kind, atMs: random.between(200, troubleMs), nodeId: random.pick(nodeIds), lengthMs });
  }
  const triggers = Array.from({ length: random.pick([0, 1, 2, 4]) }, () => planTrigger(random));
  const lastMs = Math.max(...actions.map((action) => action.atMs + ('lengthMs' in action ? action.lengthMs : 0)));
  const calmAtMs = Math.max(lastMs, ...[...faults.store, ...faults.runtimes, ...faults.noAccess].map((window) => window.toMs)) + 200;
  return {
    name: `seed ${seed}`,
    seed,
    nodeIds,
    runners: random.int(1, 3),
    config: {
      cancelGraceMs: random.pick([300, 1000, 3000, 10_000]),
      drainMs: random.pick([0, 300, 3000]),
      jobTimeoutMs: random.pick([2000, 5000, 15_000]),
      jobsPerTask: random.int(1, 3),
      jobsPerNode: random.int(1, 6),
    },
    workflows,
    faults,
    actions,
    triggers,
    crashes: [],
    awayMs: 300,
    script: [],
    leastFaults: 3,
    calmAtMs,
    endsAs: null,
    resumesAtTheEnd: random.chance(0.8),
    rerunsAtTheEnd: random.chance(0.35),
    leavesAtTheEnd: random.chance(0.3),
    settleMs: 15_000,
  };
}
