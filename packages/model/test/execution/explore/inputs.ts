/** Every input that anybody could send to an execution, sensible or not. */
import type { Execution } from '../../../src/execution/document.ts';
import type { Command, EngineEvent } from '../../../src/execution/messages.ts';
import { cancel, componentsCreated, crashed, interrupted, pause, someError, tasksOf, type LaneShape } from '../fixtures.ts';

export type Input = Command | EngineEvent;

const commandKinds: readonly Input['kind'][] = ['cancel', 'pause', 'resume', 'forceContinue', 'rerun', 'retry'];
const badNews: readonly Input['kind'][] = ['deadlinePassed', 'interrupted', 'crashed', 'preparationFailed', 'taskBroken'];

export function isCommand(input: Input): input is Command {
  return commandKinds.includes(input.kind);
}

/** Whether the command begins another incarnation when it is accepted. */
export function goesOn(input: Input): boolean {
  return isCommand(input) && input.kind !== 'cancel' && input.kind !== 'pause';
}

/** What the engine reports when all goes well: neither a failure nor a request of anybody. */
export function isProgress(input: Input): boolean {
  return !isCommand(input) && !badNews.includes(input.kind);
}

/** Inputs about the two lane runs that are there, one that ended and one that never was. */
export function inputsOf(execution: Execution, shape: LaneShape): readonly Input[] {
  const { current, inAdvance, lanes } = execution;
  const fresh = `run-${execution.version + 1}`;
  const ended = lanes.flatMap((lane) => lane.endedRuns)[0];
  const runs = [current.id, inAdvance?.id, ended?.id, 'unknown'].filter((id) => id !== undefined);
  const tasks = tasksOf(current);
  return [
    ...commandsOf(execution, fresh),
    { kind: 'executionDrained' },
    interrupted,
    { kind: 'deadlinePassed', note: 'late' },
    crashed,
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

/** Repeats of the newest and the oldest run of each lane and of one that never was, and the other commands. */
export function commandsOf(execution: Execution, newRunId: string): readonly Command[] {
  const { current, lanes } = execution;
  const repeats = lanes.flatMap((lane, index) => {
    const live = current.laneIndex === index + 1 ? [current] : [];
    const numbers = [...live, ...lane.endedRuns].map((run) => run.runNumber ?? 0);
    const named = [...new Set([numbers[0] ?? 99, numbers.at(-1) ?? 99])];
    return named.map((laneRunNumber) => ({ actor: 'user', laneIndex: index + 1, laneRunNumber, newRunId }));
  });
  return [
    cancel,
    pause,
    { kind: 'resume', actor: 'other' },
    { kind: 'forceContinue', actor: 'other', newRunId },
    ...[...repeats, { actor: 'user', laneIndex: 1, laneRunNumber: 99, newRunId }].flatMap((repeat): Command[] => [
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
