/** All tables the reducer follows, in one value; tests put a wrong one in its place to see that it is caught. */
import type { ExecutionStatus, LaneRunStatus, TaskStatus } from './document.ts';
import { stopRules, type StopRules } from './reasons.ts';
import { executionTransitions, laneRunTransitions, taskTransitions, type TransitionTable } from './tables.ts';

export interface Rules {
  readonly execution: TransitionTable<ExecutionStatus>;
  readonly laneRun: TransitionTable<LaneRunStatus>;
  readonly task: TransitionTable<TaskStatus>;
  readonly stop: StopRules;
}

export const standardRules: Rules = {
  execution: executionTransitions,
  laneRun: laneRunTransitions,
  task: taskTransitions,
  stop: stopRules,
};
