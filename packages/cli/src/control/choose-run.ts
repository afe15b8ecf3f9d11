import type { ExecutionDetails, LaneRunDetails } from '@laneway/client';
import { CliError } from '../failure.ts';

export type Repetition = 'rerun' | 'retry';

/** What the caller named of it; counts from 1. */
export interface RunChoice {
  readonly lane?: number | undefined;
  readonly run?: number | undefined;
}

export interface ChosenRun {
  readonly laneIndex: number;
  readonly laneRunNumber: number;
}

interface Candidate extends ChosenRun {
  readonly details: LaneRunDetails;
}

/**
 * The newest lane run that can be repeated: run numbers grow over the whole execution, and of equal ones the later
 * lane ran later. Refuses with what could be named instead.
 */
export function chooseRun(details: ExecutionDetails, repetition: Repetition, choice: RunChoice): ChosenRun {
  const isRepeatable = ({ isRerunable, isRetriable }: LaneRunDetails): boolean => (repetition === 'rerun' ? isRerunable : isRetriable);
  const repeatable = candidates(details).filter((candidate) => isRepeatable(candidate.details));
  const fitting = repeatable.filter(
    ({ laneIndex, laneRunNumber }) =>
      (choice.lane === undefined || choice.lane === laneIndex) && (choice.run === undefined || choice.run === laneRunNumber),
  );
  const [newest] = fitting.toSorted((a, b) => b.laneRunNumber - a.laneRunNumber || b.laneIndex - a.laneIndex);
  if (newest !== undefined) return { laneIndex: newest.laneIndex, laneRunNumber: newest.laneRunNumber };
  throw new CliError(`${describeChoice(choice)} can be ${pastForm[repetition]}`, hint(details, repetition, repeatable));
}

const pastForm: Readonly<Record<Repetition, string>> = { rerun: 'rerun', retry: 'retried' };

function candidates(details: ExecutionDetails): readonly Candidate[] {
  return details.lanes.flatMap(({ runs }, offset) =>
    runs.flatMap((run) => (run.runNumber === null ? [] : [{ laneIndex: offset + 1, laneRunNumber: run.runNumber, details: run }])),
  );
}

function describeChoice({ lane, run }: RunChoice): string {
  if (lane !== undefined) return `no run of lane ${lane}`;
  return run === undefined ? 'no lane run' : `no lane run with number ${run}`;
}

function hint(details: ExecutionDetails, repetition: Repetition, repeatable: readonly ChosenRun[]): string {
  const id = details.atmWorkflowExecutionId;
  if (repeatable.length > 0) {
    const named = repeatable.map(({ laneIndex, laneRunNumber }) => `--lane ${laneIndex} --run ${laneRunNumber}`);
    return `possible: ${named.join(', ')}`;
  }
  switch (details.status) {
    case 'crashed':
      return 'a crashed execution can only be deleted';
    case 'finished':
    case 'failed':
    case 'cancelled':
      // Whatever ended by itself or by a cancel can be rerun.
      return repetition === 'retry'
        ? `only lane runs that ended with failed items can be retried; "laneway rerun ${id}" repeats all items`
        : 'only lane runs that finished, failed or were cancelled can be rerun';
    case 'paused':
    case 'interrupted':
      return `the execution is ${details.status}: "laneway resume ${id}" goes on with it, "laneway cancel ${id}" ends it`;
    case 'scheduled':
    case 'resuming':
    case 'active':
    case 'stopping':
      return `the execution is ${details.status}: only executions that ended can be repeated`;
  }
}
