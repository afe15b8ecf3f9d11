/**
 * Exhaustive breadth-first exploration of the reducer (design §12, T1): from each state every input that anybody
 * could send is tried, refused ones included, and every transition is checked against the invariants.
 *
 * Reductions, all of them symmetries of the rules: tasks of a box are sorted; ids, times, versions and run numbers are
 * left out of the key, and of the lines of ended runs all but what a repeat of the newest or oldest depends on; items are
 * reduced to "a task failed some or none" and "a task had items or none". Bounds: the incarnations (`maxIncarnation`; in
 * the last one the commands that would begin another are not tried) and one crash, which ends an execution anyway.
 */
import type { Execution, LaneRun, TaskState } from '../../src/execution/document.ts';
import { commandKinds } from '../../src/execution/commands.ts';
import { checkInvariants } from '../../src/execution/invariants.ts';
import type { Change, Command, EngineEvent, Reduction } from '../../src/execution/messages.ts';
import { isTerminal, phaseOf } from '../../src/execution/phases.ts';
import { reduceBy } from '../../src/execution/reduce.ts';
import { standardRules, type Rules } from '../../src/execution/rules.ts';
import { cancel, componentsCreated, someError, tasksOf, type LaneShape } from './fixtures.ts';

type Input = Command | EngineEvent;

export interface Exploration {
  readonly stateCount: number;
  readonly transitionCount: number;
  /** `subject from → to` of every change seen. */
  readonly edges: ReadonlySet<string>;
  /** Empty when everything holds; the exploration ends at the first few. */
  readonly problems: readonly string[];
}

interface Node {
  readonly execution: Execution;
  /** Keys of the states that events of the engine lead to, crashes left out: what happens by itself. */
  readonly next: Set<string>;
}

export interface Bounds {
  readonly maxIncarnation?: number;
  readonly rules?: Rules;
}

export function explore(
  seeds: readonly Execution[],
  shape: LaneShape,
  { maxIncarnation = 2, rules = standardRules }: Bounds = {},
): Exploration {
  const nodes = new Map<string, Node>();
  const edges = new Set<string>();
  const problems: string[] = [];
  let transitionCount = 0;
  const queue: Node[] = [];
  const visit = (execution: Execution): string => {
    const key = keyOf(execution, maxIncarnation);
    if (!nodes.has(key)) {
      const node = { execution, next: new Set<string>() };
      nodes.set(key, node);
      queue.push(node);
    }
    return key;
  };
  for (const seed of seeds) visit(seed);
  for (let node = queue.shift(); node !== undefined && problems.length < 5; node = queue.shift()) {
    for (const input of inputsOf(node.execution, shape, maxIncarnation)) {
      const reduction = attempt(rules, node.execution, input);
      if (typeof reduction === 'string') {
        problems.push(`${keyOf(node.execution)} ${input.kind}: ${reduction}`);
        continue;
      }
      problems.push(...check(node.execution, input, reduction));
      if (reduction.kind !== 'changed') continue;
      transitionCount += 1;
      for (const change of reduction.changes) edges.add(edgeOf(change));
      const key = visit(reduction.execution);
      if (!isCommand(input) && input.kind !== 'crashed') node.next.add(key);
    }
  }
  if (problems.length === 0) problems.push(...strandedStates(nodes));
  return { stateCount: nodes.size, transitionCount, edges, problems };
}

/**
 * One walk: each pick chooses among the inputs that change the state it is in; one pick in twenty may stop the
 * execution, so that walks get far. Ends at the first broken promise.
 */
export function walk(
  start: Execution,
  shape: LaneShape,
  picks: readonly number[],
): { readonly problems: readonly string[]; readonly end: Execution } {
  let execution = start;
  for (const pick of picks) {
    const inputs = inputsOf(execution, shape, Number.POSITIVE_INFINITY).filter((input) => pick % 20 === 0 || !isStop(input));
    for (let offset = 0; offset < inputs.length; offset += 1) {
      const input = inputs[(pick + offset) % inputs.length] ?? cancel;
      const reduction = attempt(standardRules, execution, input);
      const problems = typeof reduction === 'string' ? [reduction] : check(execution, input, reduction);
      if (typeof reduction === 'string' || problems.length > 0) return { problems, end: execution };
      if (reduction.kind !== 'changed') continue;
      execution = reduction.execution;
      break;
    }
  }
  return { problems: [], end: execution };
}

function isCommand(input: Input): input is Command {
  return commandKinds.some((kind) => kind === input.kind);
}

function isStop(input: Input): boolean {
  return (
    isCommand(input) ||
    input.kind === 'interrupted' ||
    input.kind === 'crashed' ||
    input.kind === 'preparationFailed' ||
    input.kind === 'taskBroken'
  );
}

function attempt(rules: Rules, execution: Execution, input: Input): Reduction | string {
  try {
    return reduceBy(rules, execution, input, { ms: 2_000_000 });
  } catch (error) {
    return `thrown: ${String(error)}`;
  }
}

function check(before: Execution, input: Input, reduction: Reduction): string[] {
  return [...checkInvariants(before, input, reduction), ...checkAnswer(before, input, reduction)].map(
    (problem) => `${keyOf(before)} ${input.kind} ${JSON.stringify(input)}: ${problem}`,
  );
}

/** What must be accepted: a way out of stopping, and a cancel wherever nothing has ended (execution §7.0). */
function checkAnswer(before: Execution, input: Input, reduction: Reduction): string[] {
  const { status } = before.current;
  const mustChange =
    (input.kind === 'laneRunStopped' && input.laneRunId === before.current.id && status === 'stopping') ||
    (input.kind === 'executionDrained' && before.status === 'stopping' && phaseOf(status) === 'ended');
  if (mustChange && reduction.kind !== 'changed') return ['stopping does not lead out'];
  if (input.kind !== 'cancel') return [];
  const isOver = isTerminal(before.status) || isTerminal(status);
  return isOver === (reduction.kind === 'refused') ? [] : [`cancel was ${reduction.kind}`];
}

/** From every state that is neither suspended nor ended the engine alone must get to one that is (I14). */
function strandedStates(nodes: ReadonlyMap<string, Node>): string[] {
  const before = new Map<string, string[]>();
  for (const [key, node] of nodes) {
    for (const next of node.next) before.set(next, [...(before.get(next) ?? []), key]);
  }
  const home = new Set<string>();
  const queue = [...nodes].filter(([, node]) => isOver(node.execution)).map(([key]) => key);
  for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
    if (home.has(key)) continue;
    home.add(key);
    queue.push(...(before.get(key) ?? []));
  }
  return [...nodes.keys()].filter((key) => !home.has(key)).map((key) => `${key}: no way to an end`);
}

function isOver(execution: Execution): boolean {
  const phase = phaseOf(execution.status);
  return phase === 'ended' || phase === 'suspended';
}

export function edgeOf(change: Pick<Change, 'subject' | 'from' | 'to'>): string {
  return `${change.subject} ${change.from ?? 'new'} → ${change.to ?? 'gone'}`;
}

function keyOf(execution: Execution, maxIncarnation = 0): string {
  const { status, currentLaneIndex, incarnation, lanes, current, inAdvance } = execution;
  const retries = lanes.map((lane) => lane.retriesLeft).join(',');
  const lines = incarnation < maxIncarnation ? lanes.map(keyOfLines).join(',') : '';
  return `${status}/${incarnation} ${lines} L${currentLaneIndex} r${retries} ${keyOfRun(current)} | ${inAdvance === null ? '-' : keyOfRun(inAdvance)}`;
}

function keyOfLines(lane: Execution['lanes'][number]): string {
  const { endedRuns } = lane;
  return [endedRuns[0], endedRuns.at(-1)]
    .map((run) => (run === undefined ? '-' : `${run.status}(${run.stoppingReason ?? ''})${run.iteratedStoreId === null ? '' : 's'}`))
    .join('…');
}

function keyOfRun(run: LaneRun): string {
  const boxes = run.boxes.map((box) => box.tasks.map(keyOfTask).sort().join(','));
  return `${run.status}(${run.stoppingReason ?? ''}) ${run.runType} [${boxes.join(';')}]`;
}

function keyOfTask(task: TaskState): string {
  return `${task.status}(${task.stoppingReason ?? ''}${task.status === 'interrupted' ? task.stoppingIncarnation : ''})`;
}

/** Every input about the two lane runs that are there, one that ended and one that never was. */
function inputsOf(execution: Execution, shape: LaneShape, maxIncarnation: number): readonly Input[] {
  const { current, inAdvance, lanes } = execution;
  const fresh = `run-${execution.version + 1}`;
  const ended = lanes.flatMap((lane) => lane.endedRuns)[0];
  const runs = [current.id, inAdvance?.id, ended?.id, 'unknown'].filter((id) => id !== undefined);
  const tasks = tasksOf(current);
  return [
    ...commandsOf(execution, fresh).filter(({ kind }) => kind === 'cancel' || kind === 'pause' || execution.incarnation < maxIncarnation),
    { kind: 'executionDrained' },
    { kind: 'interrupted', error: someError, description: 'lost' },
    { kind: 'crashed', error: someError },
    { kind: 'deadlinePassed', note: 'late' },
    { kind: 'inAdvancePreparationStarted', laneRunId: fresh },
    ...runs.flatMap((laneRunId) => inputsOfRun(laneRunId, fresh, shape)),
    ...subsets(tasks.map((task) => task.id)).flatMap((taskIds): Input[] => [
      { kind: 'tasksStarted', laneRunId: current.id, taskIds },
      { kind: 'tasksResuming', laneRunId: current.id, taskIds },
      { kind: 'tasksResumed', laneRunId: current.id, tasks: taskIds.map((taskId) => ({ taskId, hadItems: false })) },
      { kind: 'tasksResumed', laneRunId: current.id, tasks: taskIds.map((taskId) => ({ taskId, hadItems: true })) },
      { kind: 'tasksConcluded', laneRunId: current.id, tasks: taskIds.map((taskId) => ({ taskId, hasFailedItems: false })) },
      { kind: 'tasksConcluded', laneRunId: current.id, tasks: taskIds.map((taskId) => ({ taskId, hasFailedItems: true })) },
    ]),
    ...tasks.flatMap((task): Input[] => [
      { kind: 'taskBroken', laneRunId: current.id, taskId: task.id, cause: 'threshold', error: null, description: 'broken' },
    ]),
  ];
}

/** Repeats of the newest and the oldest run of each lane, one of a run that never was, and the other commands. */
function commandsOf(execution: Execution, newRunId: string): readonly Command[] {
  const { current, lanes } = execution;
  const repeats = lanes.flatMap((lane, index) => {
    const live = current.laneIndex === index + 1 ? [current] : [];
    const numbers = [...live, ...lane.endedRuns].map((run) => run.runNumber ?? 0);
    const named = [...new Set([numbers[0] ?? 99, numbers.at(-1) ?? 99])];
    return named.map((laneRunNumber) => ({ actor: 'user', laneIndex: index + 1, laneRunNumber, newRunId }));
  });
  return [
    cancel,
    { kind: 'pause', actor: 'user', note: null },
    { kind: 'resume', actor: 'other' },
    { kind: 'forceContinue', actor: 'other', newRunId },
    ...repeats.flatMap((repeat): Command[] => [
      { kind: 'rerun', ...repeat },
      { kind: 'retry', ...repeat },
    ]),
  ];
}

function inputsOfRun(laneRunId: string, newRunId: string, shape: LaneShape): readonly Input[] {
  return [
    { kind: 'preparationStarted', laneRunId },
    componentsCreated(laneRunId, shape),
    { kind: 'laneRunPrepared', laneRunId },
    { kind: 'laneRunResumed', laneRunId },
    { kind: 'tasksResumed', laneRunId, tasks: [{ taskId: 'unknown', hadItems: true }] },
    { kind: 'preparationFailed', laneRunId, error: someError, interrupt: false },
    { kind: 'preparationFailed', laneRunId, error: someError, interrupt: true },
    { kind: 'tasksStarted', laneRunId, taskIds: ['unknown'] },
    { kind: 'tasksConcluded', laneRunId, tasks: [{ taskId: 'unknown', hasFailedItems: false }] },
    { kind: 'taskBroken', laneRunId, taskId: 'unknown', cause: 'threshold', error: null, description: 'broken' },
    { kind: 'laneRunDrained', laneRunId, newRunId },
    { kind: 'laneRunStopped', laneRunId },
  ];
}

function subsets(ids: readonly string[]): readonly (readonly string[])[] {
  return ids.reduce<readonly (readonly string[])[]>((all, id) => [...all, ...all.map((subset) => [...subset, id])], [[]]).slice(1);
}
