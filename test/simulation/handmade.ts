/** Scenarios made by hand: what they do not name is calm. */
import type { FaultPlan, RuntimeWindow, StoreWindow, Window } from './faults.ts';
import { Random } from './random.ts';
import type { Action, Crash, Scenario, ScriptStep, Trigger } from './scenario.ts';
import type { Verb } from './users.ts';
import { planWorkflow, type WorkflowShape } from './workflow.ts';

interface Plan {
  readonly seed?: number;
  readonly shape: WorkflowShape;
  readonly nodeIds?: readonly string[];
  readonly config?: Partial<Scenario['config']>;
  readonly runners?: number;
  readonly store?: readonly StoreWindow[];
  readonly runtimes?: readonly RuntimeWindow[];
  readonly noAccess?: readonly Window[];
  readonly actions?: readonly Action[];
  readonly triggers?: readonly Trigger[];
  readonly crashes?: readonly Crash[];
  readonly awayMs?: number;
  readonly script?: readonly ScriptStep[];
  readonly calmAtMs: number;
  readonly resumesAtTheEnd?: boolean;
  readonly endsAs: Scenario['endsAs'];
}

const calmShape: WorkflowShape = {
  laneCount: 1,
  boxes: [1],
  batchSize: 2,
  itemCount: 8,
  maxRetries: 0,
  threshold: 1,
  streams: false,
  weights: { answer: 1 },
  failing: null,
  fastMs: 20,
  input: 'list',
};

export function scenario(name: string, plan: Plan): Scenario {
  const faults: FaultPlan = { store: plan.store ?? [], runtimes: plan.runtimes ?? [], noAccess: plan.noAccess ?? [] };
  return {
    name,
    seed: plan.seed ?? 1,
    nodeIds: plan.nodeIds ?? ['a', 'b'],
    runners: plan.runners ?? 2,
    config: { cancelGraceMs: 1000, drainMs: 300, jobTimeoutMs: 60_000, jobsPerTask: 2, jobsPerNode: 8, ...plan.config },
    workflows: [{ atMs: 50, workflow: planWorkflow(new Random(1, name), 'w', { ...calmShape, ...plan.shape }) }],
    faults,
    actions: plan.actions ?? [],
    triggers: plan.triggers ?? [],
    crashes: plan.crashes ?? [],
    awayMs: plan.awayMs ?? 300,
    script: plan.script ?? [],
    leastFaults: 0,
    calmAtMs: plan.calmAtMs,
    endsAs: plan.endsAs,
    rerunsAtTheEnd: false,
    resumesAtTheEnd: plan.resumesAtTheEnd ?? false,
    leavesAtTheEnd: true,
    settleMs: 15_000,
  };
}

export const anyNode = { nodeId: null, share: 1 } as const;
export const command = (atMs: number, verb: Verb, nodeId?: string): Action => ({
  kind: 'command',
  atMs,
  verb,
  ...(nodeId === undefined ? {} : { nodeId }),
});
/** The node that starts the first job freezes right after that. */
export const freezeWorker = (lengthMs: number): Trigger => ({
  on: 'tasksStarted',
  moment: 'done',
  occurrence: 1,
  delayMs: 20,
  what: { kind: 'freeze', lengthMs },
});
