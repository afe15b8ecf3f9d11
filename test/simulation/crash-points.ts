/**
 * Crash points (design §12, T5): a node dies before or after each of its requests that may write, comes back, and
 * whatever was under way comes to the same end. The requests are those that the scenario makes without a crash, so a new
 * one is a new crash point by itself.
 */
import { scenario } from './handmade.ts';
import { Random } from './random.ts';
import type { Crash, Scenario, ScriptStep } from './scenario.ts';
import { simulate, type SimulationOptions, type SimulationReport } from './simulation.ts';
import type { TrackedExecution } from './tracker.ts';

const isOver = ({ execution }: TrackedExecution): boolean => ['finished', 'failed', 'cancelled', 'crashed'].includes(execution.status);
const isActive = ({ execution }: TrackedExecution): boolean => execution.current.status === 'active';
const isIn =
  (incarnation: number) =>
  (tracked: TrackedExecution): boolean =>
    tracked.execution.incarnation >= incarnation;

const pause: ScriptStep = { verb: 'pause', when: isActive, until: ({ execution }) => execution.stop?.reason === 'pause' };
const resume: ScriptStep = { verb: 'resume', when: ({ execution }) => execution.status === 'paused', until: isIn(2) };
const cancel: ScriptStep = { verb: 'cancel', when: isActive, until: ({ execution }) => execution.stop?.reason === 'cancel' };
const remove: ScriptStep = { verb: 'delete', when: isOver, until: ({ isDiscarded }) => isDiscarded };
const repeat = (verb: 'rerun' | 'retry' | 'forceContinue', incarnation: number, laneIndex = 1): ScriptStep => ({
  verb,
  laneIndex,
  when: isOver,
  until: isIn(incarnation),
});

interface Base {
  readonly name: string;
  readonly plan: Parameters<typeof scenario>[1];
}

const failing = { divisor: 4, remainder: 1, mendsAfterMs: Infinity };
const one = { nodeIds: ['a'], calmAtMs: 100 } as const;

/** Without crashes. */
const bases: readonly Base[] = [
  {
    name: 'two lanes of two boxes, prepared in advance, to the end',
    plan: { ...one, shape: { laneCount: 2, boxes: [2, 1], itemCount: 9, batchSize: 3, streams: true }, endsAs: 'finished' },
  },
  {
    name: 'failed items, an automatic retry, a retry, a forced continuation',
    plan: {
      ...one,
      shape: { laneCount: 2, boxes: [1], itemCount: 8, batchSize: 3, maxRetries: 1, failing },
      script: [repeat('retry', 2), repeat('forceContinue', 3)],
      endsAs: 'failed',
    },
  },
  {
    name: 'paused, resumed, rerun',
    plan: {
      ...one,
      shape: { boxes: [1, 1], itemCount: 12, fastMs: 120 },
      script: [pause, resume, repeat('rerun', 3)],
      endsAs: 'finished',
    },
  },
  {
    name: 'cancelled with jobs that ignore the signal, rerun, and cancelled again',
    plan: {
      ...one,
      config: { cancelGraceMs: 400 },
      shape: { boxes: [1, 1], itemCount: 12, fastMs: 120, weights: { answer: 1, stubborn: 1 } },
      script: [
        cancel,
        repeat('rerun', 2),
        { ...cancel, until: ({ execution }) => execution.current.runNumber === 2 && execution.current.stoppingReason === 'cancel' },
      ],
      endsAs: 'cancelled',
    },
  },
  {
    name: 'cancelled and deleted',
    plan: { ...one, shape: { laneCount: 2, itemCount: 12, fastMs: 120, streams: true }, script: [cancel, remove], endsAs: 'cancelled' },
  },
  {
    name: 'shared by two nodes, one of which takes the work of the other over',
    plan: {
      nodeIds: ['a', 'b'],
      awayMs: 9000,
      calmAtMs: 100,
      shape: { laneCount: 2, boxes: [1, 1], itemCount: 24, batchSize: 2, fastMs: 120, maxRetries: 1, failing },
      endsAs: 'failed',
    },
  },
];

export interface CrashPoint {
  readonly base: number;
  readonly crashes: readonly Crash[];
}

function scenarioOf({ base, crashes }: CrashPoint): Scenario {
  const found = bases[base];
  if (found === undefined) throw new Error(`no scenario ${base}`);
  const at = crashes.map(({ call, moment }) => `${moment} ${call}`).join(', then ');
  return {
    ...scenario(found.name, { ...found.plan, crashes }),
    name: `${found.name}${at === '' ? '' : `, dies ${at}`}`,
    leavesAtTheEnd: false,
    settleMs: 5000,
  };
}

export async function simulateCrashPoint(point: CrashPoint, options: SimulationOptions): Promise<SimulationReport> {
  return await simulate(scenarioOf(point), options);
}

export const baseNames: readonly string[] = bases.map(({ name }) => name);

/** The scenarios as they go without a crash. */
export const undisturbed: readonly CrashPoint[] = bases.map((_, base) => ({ base, crashes: [] }));

const moments = ['before', 'after'] as const;

/** One crash before and one after each request. */
export function everyCrashPoint(callCounts: readonly number[]): readonly CrashPoint[] {
  return callCounts.flatMap((callCount, base) =>
    Array.from({ length: callCount }, (_, index) => index + 1).flatMap((call) =>
      moments.map((moment) => ({ base, crashes: [{ call, moment }] })),
    ),
  );
}

/** Two crashes in a row, the second one early in the life that recovers from the first. */
export function doubleCrashes(callCounts: readonly number[], count: number, seed: number): readonly CrashPoint[] {
  const random = new Random(seed, 'double crashes');
  return Array.from({ length: count }, () => {
    const base = random.int(0, callCounts.length - 1);
    const first = { call: random.int(1, callCounts[base] ?? 1), moment: random.pick(moments) };
    return { base, crashes: [first, { call: random.int(1, 40), moment: random.pick(moments) }] };
  });
}
