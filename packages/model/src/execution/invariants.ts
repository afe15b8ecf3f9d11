/**
 * What holds for every transition, whatever the rules in use: an independent statement of the promises, for
 * the exhaustive exploration, random walks and simulators. Statuses and reasons are spelt out here on purpose
 * instead of being taken from the tables the reducer follows.
 *
 * I1 an ended execution absorbs · I2 at most one terminal change per incarnation · V the version counts the
 * changes · T every change is an edge of the transition tables · I11, I15 the changes lead from the one
 * document to the other · S a stopped lane run ends by its reason and a
 * stopping one has no task that still takes work; its tasks hear of it by execution §4.3 · C after an accepted cancel the lane run is stopping for
 * cancel, or crash, or has ended cancelled; after an accepted pause it is stopping for pause or something stronger ·
 * R a resume, repeat or forced continuation begins the next incarnation and does just what execution §7.4–§7.6 say ·
 * A the document keeps the shape that the others build on.
 */
import { checkChangeChain } from './change-chain.ts';
import type { Execution, LaneRun, LaneRunStatus, LaneStoppingReason, TaskState } from './document.ts';
import type { Change, Command, EngineEvent, Reduction } from './messages.ts';
import { isTerminal, phaseOf, taskPhaseOf } from './phases.ts';
import { executionTransitions, isLegal, laneRunTransitions, taskTransitions, type TransitionTable } from './tables.ts';

type Changed = Extract<Reduction, { readonly kind: 'changed' }>;

/** The promises that this transition broke, in words; empty when it kept them all. */
export function checkInvariants(before: Execution, input: Command | EngineEvent, reduction: Reduction): string[] {
  if (reduction.kind === 'refused') return [];
  if (reduction.kind === 'unchanged') return checkUnchanged(before, input);
  const { execution: after, changes } = reduction;
  return [
    ...checkAbsorption(before, after, changes),
    ...checkVersion(before, reduction),
    ...checkEdges(before, after, changes),
    ...checkChangeChain(before, after, changes),
    ...checkStop(before, after, input),
    ...checkTasksTold(before, after, input),
    ...checkIncarnation(before, after, input),
    ...checkDocument(after),
    ...checkEffects(before, reduction),
  ];
}

function checkAbsorption(before: Execution, after: Execution, changes: readonly Change[]): string[] {
  const problems: string[] = [];
  if (isTerminal(before.status) && after.incarnation === before.incarnation) problems.push(`I1: ${before.status} was left`);
  const terminal = changes.filter((change) => change.subject === 'execution' && isEnd(change.to));
  if (terminal.length > 1) problems.push('I2: more than one terminal change');
  const last = changes.findLast((change) => change.subject === 'execution');
  if ((last?.to ?? before.status) !== after.status) problems.push('I2: the status is not the one of the last change');
  return problems;
}

function isEnd(status: string | null): boolean {
  return status === 'finished' || status === 'failed' || status === 'cancelled' || status === 'crashed';
}

function checkVersion(before: Execution, { execution: after, changes }: Changed): string[] {
  if (changes.length === 0) return ['V: a change of the document without a change of a status'];
  return after.version === before.version + changes.length ? [] : [`V: ${before.version} + ${changes.length} ≠ ${after.version}`];
}

function checkEdges(before: Execution, after: Execution, changes: readonly Change[]): string[] {
  return changes.flatMap((change) => {
    const { subject, from, to } = change;
    if (isPromotion(before, after, change)) return [];
    const isKnown = hasEdge(tableOf(subject), from, to);
    const isRaise = from === 'stopping' && change.reason !== undefined;
    const problems = isKnown ? [] : [`T: ${subject} ${from} → ${to}`];
    return from === to && !isRaise ? [...problems, `T: ${subject} ${from} → ${to} is no change`] : problems;
  });
}

/** A lane run prepared in advance became the current one: it got its number, its status stayed. */
function isPromotion({ inAdvance }: Execution, { current }: Execution, change: Change): boolean {
  const { subject, laneIndex, runNumber, from, to } = change;
  const isOfCurrent = subject === 'laneRun' && laneIndex === current.laneIndex && runNumber === current.runNumber;
  return isOfCurrent && inAdvance?.id === current.id && from === inAdvance.status && to === from;
}

function tableOf(subject: Change['subject']): TransitionTable<string> {
  switch (subject) {
    case 'execution':
      return executionTransitions;
    case 'laneRun':
      return laneRunTransitions;
    case 'task':
      return taskTransitions;
  }
}

function hasEdge(table: TransitionTable<string>, from: string | null, to: string | null): boolean {
  return Object.hasOwn(table, from ?? 'new') && isLegal(table, from, to);
}

const strength: readonly LaneStoppingReason[] = ['pause', 'interrupt', 'failure', 'cancel', 'crash'];

function endOf(reason: LaneStoppingReason): LaneRunStatus {
  switch (reason) {
    case 'pause':
      return 'paused';
    case 'interrupt':
      return 'interrupted';
    case 'failure':
      return 'failed';
    case 'cancel':
      return 'cancelled';
    case 'crash':
      return 'crashed';
  }
}

function checkStop(before: Execution, after: Execution, input: Command | EngineEvent): string[] {
  const problems: string[] = [];
  const { status, stoppingReason: reason } = after.current;
  const was = before.current.stoppingReason;
  if (after.current.id === before.current.id && was !== null && before.current.status === 'stopping') {
    if (reason === null || strength.indexOf(reason) < strength.indexOf(was)) problems.push(`S: the reason went from ${was} to ${reason}`);
    if (status !== 'stopping' && reason !== null && status !== endOf(reason)) problems.push(`S: stopped for ${reason}, ended ${status}`);
  }
  if (after.current.id !== before.current.id && before.current.stoppingReason !== null && after.incarnation === before.incarnation)
    problems.push('S: a run followed one that was stopped');
  if (isCancel(input)) problems.push(...checkCancel(before, after));
  if (input.kind === 'pause' && (after.current.status !== 'stopping' || after.current.stoppingReason !== 'pause'))
    problems.push(`C: paused, and the lane run is ${after.current.status} (${after.current.stoppingReason})`);
  return problems;
}

/** A cancel may be without effect only when one is under way already, or a crash (execution §4.1, R50). */
function checkUnchanged(before: Execution, input: Command | EngineEvent): string[] {
  if (input.kind === 'resume' || input.kind === 'forceContinue' || input.kind === 'rerun' || input.kind === 'retry')
    return [`R: an accepted ${input.kind} changed nothing`];
  if (input.kind === 'pause' && before.current.status !== 'stopping') return [`C: a pause changed nothing while ${before.current.status}`];
  if (!isCancel(input) || isStoppingForGood(before.current)) return [];
  return [`C: a cancel changed nothing while the lane run is ${before.current.status} (${before.current.stoppingReason})`];
}

/** By a person, or by the engine when the deadline passed. */
function isCancel(input: Command | EngineEvent): boolean {
  return input.kind === 'cancel' || input.kind === 'deadlinePassed';
}

function isStoppingForGood({ status, stoppingReason }: LaneRun): boolean {
  return status === 'stopping' && (stoppingReason === 'cancel' || stoppingReason === 'crash');
}

function checkCancel(before: Execution, after: Execution): string[] {
  const { current } = after;
  const mustEndHere = phaseOf(before.status) === 'suspended';
  if (mustEndHere)
    return after.status === 'cancelled' && current.status === 'cancelled' ? [] : [`C: cancelled at rest, and it is ${after.status}`];
  if (isStoppingForGood(current)) return after.status === 'stopping' ? [] : [`C: cancelled, and the execution is ${after.status}`];
  return current.status === 'cancelled' ? [] : [`C: cancelled, and the lane run is ${current.status} (${current.stoppingReason})`];
}

/** When a lane run begins to stop, or its reason grows, its tasks are what execution §4.3 says. */
function checkTasksTold(before: Execution, after: Execution, input: Command | EngineEvent): string[] {
  const reason = after.current.stoppingReason;
  const isTold = after.current.id === before.current.id && reason !== null && reason !== before.current.stoppingReason;
  if (!isTold) return [];
  const then = before.current.boxes.flatMap((box) => box.tasks);
  const now = after.current.boxes.flatMap((box) => box.tasks);
  return then.flatMap((task, index) => {
    const told = now[index];
    const isGuilty = input.kind === 'taskBroken' && input.taskId === task.id;
    const expected = isGuilty ? whenBroken(task) : whenStopped(task, reason, before.incarnation);
    const seen = told === undefined ? 'gone' : told.status === 'stopping' ? `stopping(${told.stoppingReason})` : told.status;
    return expected === seen ? [] : [`S: a task that was ${task.status} is ${seen} after ${reason}`];
  });
}

function whenBroken(task: TaskState): string {
  return task.status === 'pending' || task.status === 'resuming' ? 'failed' : 'stopping(failure)';
}

function whenStopped(task: TaskState, reason: LaneStoppingReason, incarnation: number): string {
  const taskReason = reason === 'pause' || reason === 'cancel' ? reason : 'interrupt';
  switch (task.status) {
    case 'pending':
    case 'resuming':
      return endOf(taskReason);
    case 'active':
      return `stopping(${taskReason})`;
    case 'stopping': {
      const was = task.stoppingReason ?? 'pause';
      return `stopping(${strength.indexOf(taskReason) > strength.indexOf(was) ? taskReason : was})`;
    }
    case 'paused':
      return endOf(taskReason);
    case 'interrupted':
      if (taskReason === 'cancel') return 'cancelled';
      return taskReason === 'pause' && task.stoppingIncarnation < incarnation ? 'paused' : 'interrupted';
    case 'finished':
    case 'skipped':
    case 'failed':
    case 'cancelled':
      return task.status;
  }
}

/** Only the four commands that go on begin an incarnation, and nothing else leaves a suspension but a cancel or a deadline. */
function checkIncarnation(before: Execution, after: Execution, input: Command | EngineEvent): string[] {
  if (input.kind === 'resume') return [...nextIncarnation(before, after, 'suspended', 'resuming'), ...checkResumed(before, after)];
  if (input.kind === 'forceContinue') return [...nextIncarnation(before, after, 'ended', 'resuming'), ...checkForced(before, after)];
  if (input.kind === 'rerun' || input.kind === 'retry')
    return [...nextIncarnation(before, after, 'ended', 'scheduled'), ...checkRepeated(before, after, input)];
  const problems = after.incarnation === before.incarnation ? [] : [`R: ${input.kind} began an incarnation`];
  const isLeft = phaseOf(before.status) === 'suspended' && !isCancel(input);
  return isLeft ? [...problems, `R: ${input.kind} left ${before.status}`] : problems;
}

function nextIncarnation(before: Execution, after: Execution, from: string, to: string): string[] {
  const problems = phaseOf(before.status) === from && after.status === to ? [] : [`R: ${before.status} went on as ${after.status}`];
  if (after.incarnation !== before.incarnation + 1) problems.push(`R: incarnation ${before.incarnation} → ${after.incarnation}`);
  if (after.userId !== before.userId) problems.push('R: the scheduling user changed');
  if (after.stop !== null) problems.push('R: the stop before is still told');
  return problems;
}

function checkResumed(before: Execution, after: Execution): string[] {
  const { current } = after;
  const isSame = current.id === before.current.id && current.status === 'resuming' && current.stoppingReason === null;
  const tasksStay = JSON.stringify(current.boxes) === JSON.stringify(before.current.boxes);
  const retriesStay = after.lanes.every((lane, index) => lane.retriesLeft === before.lanes[index]?.retriesLeft);
  return [
    ...(isSame ? [] : ['R: the lane run does not go on']),
    ...(tasksStay ? [] : ['R: a resume touched tasks']),
    ...(retriesStay && after.currentRunNum === before.currentRunNum ? [] : ['R114: a resume touched the retries']),
  ];
}

function checkForced(before: Execution, after: Execution): string[] {
  const { current } = after;
  const isNext = current.laneIndex === before.current.laneIndex + 1 && current.runNumber === before.currentRunNum;
  const isFresh = current.status === 'scheduled' && current.runType === 'regular' && current.originRunNumber === null;
  return before.status === 'failed' && isNext && isFresh ? [] : ['R: the next lane does not begin anew'];
}

function checkRepeated(before: Execution, after: Execution, input: Extract<Command, { readonly kind: 'rerun' | 'retry' }>): string[] {
  const { current } = after;
  const lines = after.lanes[input.laneIndex - 1]?.endedRuns ?? [];
  const origin = lines.find((line) => line.runNumber === input.laneRunNumber);
  const source = input.kind === 'retry' ? origin?.exceptionStoreId : origin?.iteratedStoreId;
  const problems = origin === undefined || before.status === 'crashed' ? ['R: nothing that can be repeated'] : [];
  if (current.laneIndex !== input.laneIndex || current.originRunNumber !== input.laneRunNumber)
    problems.push('R: another run was repeated');
  if (current.runNumber !== before.currentRunNum + 1 || after.currentRunNum !== before.currentRunNum + 1)
    problems.push(`R: run number ${current.runNumber} after ${before.currentRunNum}`);
  if (current.runType !== input.kind || current.status !== 'scheduled')
    problems.push(`R: the repeat is ${current.runType} ${current.status}`);
  if (current.iteratedStoreId !== source) problems.push(`I7: a ${input.kind} iterates ${current.iteratedStoreId}`);
  if (input.kind === 'retry' && (origin?.status !== 'failed' || origin.stoppingReason !== null))
    problems.push('I7: a retry without failed items');
  if (after.lanes[input.laneIndex - 1]?.retriesLeft !== 0) problems.push('D4: the repeated lane is retried');
  return problems;
}

function checkDocument(after: Execution): string[] {
  const { current, inAdvance } = after;
  const problems = [...checkLaneRun(current)];
  if (inAdvance !== null) problems.push(...checkLaneRun(inAdvance));
  if (current.laneIndex !== after.currentLaneIndex) problems.push('A: the current lane run is of another lane');
  if (current.runNumber === null || current.runNumber > after.currentRunNum) problems.push('A: the number of the current lane run');
  if (inAdvance !== null && (inAdvance.laneIndex !== current.laneIndex + 1 || inAdvance.runNumber !== null)) {
    problems.push('A: the lane run in advance is not one lane ahead, without a number');
  }
  const phase = phaseOf(after.status);
  const isOver = phase === 'suspended' || phase === 'ended';
  if (isOver && inAdvance !== null) problems.push('A: a lane run in advance outlived the execution');
  if (isOver && after.status !== 'crashed' && after.status !== current.status) {
    problems.push(`A: the execution is ${after.status}, its lane run ${current.status}`);
  }
  if (after.status === 'active' && (isTerminal(current.status) || current.status === 'stopping')) {
    problems.push(`A: the execution is active, its lane run ${current.status}`);
  }
  if (after.lanes.some((lane) => lane.retriesLeft < 0 || lane.retriesLeft > lane.maxRetries)) problems.push('A: retries left');
  return problems;
}

function checkLaneRun(laneRun: LaneRun): string[] {
  const tasks = laneRun.boxes.flatMap((box) => box.tasks);
  const problems = tasks.flatMap((task) => checkTask(laneRun, task));
  if (laneRun.status === 'stopping' && laneRun.stoppingReason === null) problems.push('S: stopping without a reason');
  if (laneRun.status === 'active' && tasks.every((task) => task.status === 'pending'))
    problems.push('A: active, and every task is pending');
  if (laneRun.status === 'enqueued' && tasks.some((task) => task.status !== 'pending'))
    problems.push('A: enqueued, and a task is not pending');
  if (laneRun.status === 'finished' && tasks.some((task) => task.status !== 'finished' && task.status !== 'skipped')) {
    problems.push('A: finished, and a task is neither finished nor skipped');
  }
  if (laneRun.status === 'failed' && laneRun.stoppingReason === null && tasks.every((task) => task.status !== 'failed')) {
    problems.push('A: failed without a reason and without a failed task');
  }
  return problems;
}

function checkTask(laneRun: LaneRun, task: TaskState): string[] {
  const problems: string[] = [];
  const isStopped = taskPhaseOf(task.status) === 'stopped';
  const phase = phaseOf(laneRun.status);
  if (phase !== 'waiting' && phase !== 'ongoing' && !isStopped)
    problems.push(`A: task ${task.status} of a lane run that is ${laneRun.status}`);
  if (laneRun.status === 'stopping' && !isStopped && task.status !== 'stopping')
    problems.push(`S: task ${task.status} while the lane run stops`);
  if (task.status === 'stopping' && (task.stoppingReason === null || laneRun.status !== 'stopping')) problems.push('S: a task stops alone');
  if (laneRun.status === 'cancelled' && (task.status === 'paused' || task.status === 'interrupted')) {
    problems.push(`S: task ${task.status} of a cancelled lane run`);
  }
  return problems;
}

/** Gates open only for work that may be done, close with every stop, and slices close with every end. */
function checkEffects(before: Execution, { execution: after, effects, changes }: Changed): string[] {
  const problems: string[] = [];
  const opened = effects.flatMap((effect) => (effect.kind === 'openGate' ? [effect.laneRun] : []));
  const hasResumed = before.current.status === 'resuming' && after.current.status === 'active';
  for (const laneRun of opened) {
    if (laneRun.id !== after.current.id || (laneRun.status !== 'enqueued' && !hasResumed))
      problems.push(`A: the gate of a run that is ${laneRun.status} opened`);
  }
  const becameReady =
    hasResumed || (after.current.status === 'enqueued' && (before.current.id !== after.current.id || before.current.status !== 'enqueued'));
  if (becameReady && opened.length === 0) problems.push('A: a lane run is ready and its gate is closed');
  const isClosed = effects.some((effect) => effect.kind === 'closeGate' && effect.laneRunId === before.current.id);
  const stopped = after.current.status === 'stopping' && before.current.status !== 'stopping';
  const left = before.current.status === 'active' && (after.current.id !== before.current.id || after.current.status !== 'active');
  if ((stopped || left) && !isClosed) problems.push('C: the gate stays open');
  problems.push(...checkWork(before, after, effects));
  const ended = changes.some(
    (change) => change.subject === 'execution' && (isEnd(change.to) || change.to === 'paused' || change.to === 'interrupted'),
  );
  const told = effects.filter((effect) => effect.kind === 'queueCallback').length;
  if (told !== (ended && after.callback !== null ? 1 : 0)) problems.push(`A: ${told} callbacks`);
  if (before.current.id !== after.current.id && !effects.some((effect) => effect.kind === 'archiveLaneRun'))
    problems.push('A: a lane run was lost');
  return problems;
}

/** Jobs in flight run to their end for a pause only; open work is kept for a resume only (execution §8.6). */
function checkWork(before: Execution, after: Execution, effects: Changed['effects']): string[] {
  const problems: string[] = [];
  const stops = after.current.id === before.current.id && after.current.status === 'stopping';
  const mode = after.current.stoppingReason === 'pause' ? 'drain' : 'abort';
  if (stops && effects.some((effect) => effect.kind === 'closeGate' && effect.mode !== mode)) problems.push(`C: jobs do not ${mode}`);
  const isSuspended = after.current.status === 'paused' || after.current.status === 'interrupted';
  if (isSuspended && effects.some((effect) => effect.kind === 'closeSlices' && effect.laneRunId === after.current.id))
    problems.push('R87: open work is lost');
  const hasEnded = isEnd(after.current.status) && after.current.status !== before.current.status;
  if (hasEnded && after.current.id === before.current.id && !effects.some((effect) => effect.kind === 'closeSlices'))
    problems.push('C: open work survives the end');
  return problems;
}
