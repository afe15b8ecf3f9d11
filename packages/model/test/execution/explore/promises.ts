/**
 * What every step from every state must keep, beside `checkInvariants`: I1, I2 and I10, the answer to every command, and a
 * way out of stopping. The statuses are spelt out: nothing here asks the tables or the phases of the reducer.
 */
import type { Execution } from '../../../src/execution/document.ts';
import { checkInvariants } from '../../../src/execution/invariants.ts';
import type { Command, Reduction } from '../../../src/execution/messages.ts';
import { answerOf, expectedAnswer, expectedStopAnswer } from './answers.ts';
import { tasksOf } from '../fixtures.ts';
import { isCommand, type Input } from './inputs.ts';

type Changed = Extract<Reduction, { readonly kind: 'changed' }>;

/** One step of the reducer under some rules; a text when it threw. */
export type Step = (execution: Execution, input: Input) => Reduction | string;

export function check(step: Step, before: Execution, input: Input, reduction: Reduction): readonly string[] {
  return [
    ...checkInvariants(before, input, reduction),
    ...(reduction.kind === 'changed' ? [...checkEnds(before, input, reduction), ...checkTaskEnds(reduction)] : []),
    ...(isCommand(input) ? checkCommand(step, before, input, reduction) : checkWayOut(before, input, reduction)),
    ...(input.kind === 'taskBroken' ? checkBroken(before, input.taskId, reduction) : []),
    ...(input.kind === 'interrupted' || input.kind === 'crashed' ? checkStop(before, input.kind, reduction) : []),
  ];
}

function isEnd(status: string | null): boolean {
  return status === 'finished' || status === 'failed' || status === 'cancelled' || status === 'crashed';
}

/** I1: only a new incarnation leaves an end, never a crash. I2: each incarnation ends at most once. */
function checkEnds(before: Execution, input: Input, { execution: after, changes }: Changed): readonly string[] {
  const ends = changes.filter((change) => change.subject === 'execution' && isEnd(change.to)).length;
  const problems = ends > 1 || (ends === 1 && isEnd(before.status)) ? [`I2: ${ends} ends after ${before.status}`] : [];
  if (!isEnd(before.status)) return problems;
  const mayLeave = input.kind === 'rerun' || input.kind === 'retry' || (input.kind === 'forceContinue' && before.status === 'failed');
  const isNew = after.incarnation === before.incarnation + 1 && before.status !== 'crashed';
  return mayLeave && isNew ? problems : [...problems, `I1: ${input.kind} left ${before.status}`];
}

/** A task that stopped ends by the reason it has, whatever its lane run stops for (execution §3.4). */
function checkTaskEnds({ execution: after, changes }: Changed): readonly string[] {
  const tasks = tasksOf(after.current);
  const ends = { pause: 'paused', interrupt: 'interrupted', failure: 'failed', cancel: 'cancelled' } as const;
  return changes.flatMap((change) => {
    const task = tasks.find(({ id }) => change.subject === 'task' && id === change.taskId);
    if (task === undefined || change.from !== 'stopping' || change.to === 'stopping') return [];
    return task.stoppingReason !== null && change.to === ends[task.stoppingReason] ? [] : [`§3.4: a task stopped as ${change.to}`];
  });
}

/**
 * A task that breaks is heard unless it has stopped, or stops for a cancel or a failure; then its lane run stops for a
 * failure, or for something stronger (execution §10.4, R2, R3).
 */
function checkBroken(before: Execution, taskId: string, reduction: Reduction): readonly string[] {
  const { status, current } = before;
  const task = tasksOf(current).find(({ id }) => id === taskId);
  if (task === undefined || isEnd(status) || status === 'paused' || status === 'interrupted') return [];
  const isDeaf = task.status === 'stopping' && (task.stoppingReason === 'cancel' || task.stoppingReason === 'failure');
  const isHeard = !isDeaf && ['pending', 'resuming', 'active', 'stopping'].includes(task.status);
  const answer = answerOf(reduction);
  if (answer !== (isHeard ? 'changes' : 'no effect')) return [`§10.4: a task that is ${task.status} and breaks: ${answer}`];
  if (reduction.kind !== 'changed') return [];
  const { stoppingReason: reason } = reduction.execution.current;
  return reason === 'failure' || reason === 'cancel' || reason === 'crash' ? [] : [`§10.4: a task broke and the reason is ${reason}`];
}

const answersOfASecondOne: Readonly<Record<Command['kind'], readonly string[]>> = {
  cancel: ['no effect', 'atmWorkflowExecutionEnded', 'cancelled → stopping'],
  pause: ['no effect'],
  resume: ['atmWorkflowExecutionNotResumable'],
  forceContinue: ['atmWorkflowExecutionNotResumable'],
  rerun: ['atmWorkflowExecutionNotEnded'],
  retry: ['atmWorkflowExecutionNotEnded'],
};

function checkCommand(step: Step, before: Execution, command: Command, reduction: Reduction): readonly string[] {
  const answer = answerOf(reduction);
  const expected = expectedAnswer(before, command);
  if (answer !== expected) return [`§7.0: answered ${answer}, not ${expected}`];
  if (reduction.kind === 'refused') return [];
  const after = reduction.kind === 'changed' ? reduction.execution : before;
  const again = step(after, 'newRunId' in command ? { ...command, newRunId: `${command.newRunId}0` } : command);
  const second = typeof again === 'string' ? again : answerOf(again);
  return answersOfASecondOne[command.kind].includes(second) ? [] : [`I10: the second time it is answered ${second}`];
}

function checkStop(before: Execution, kind: 'interrupted' | 'crashed', reduction: Reduction): readonly string[] {
  const answer = answerOf(reduction);
  const expected = expectedStopAnswer(before, kind);
  return answer === expected ? [] : [`§3.2: answered ${answer}, not ${expected}`];
}

/** A lane run that stops can always stop, and an execution whose last lane run has ended can always end. */
function checkWayOut(before: Execution, input: Input, reduction: Reduction): readonly string[] {
  const { current } = before;
  const mustChange =
    (input.kind === 'laneRunStopped' && input.laneRunId === current.id && current.status === 'stopping') ||
    (input.kind === 'executionDrained' && before.status === 'stopping' && isEnd(current.status));
  return mustChange && reduction.kind !== 'changed' ? ['I14: stopping does not lead out'] : [];
}
