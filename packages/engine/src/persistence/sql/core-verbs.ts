import type { Verb } from '../sql.ts';
import { commitJobs } from './commits.ts';
import { executionCounts, failedTasks, startedTasks, thresholdFigures } from './counters.ts';
import { beginCreation, extendCreation, purgeCreation } from './creations.ts';
import { discardExecution, discardExpired, purgeExecution, discardedExecutions } from './deletion.ts';
import { readEvents } from './events.ts';
import { findTask, listExecutions, loadExecution, readSnapshots, viewExecution } from './executions.ts';
import { activeGates, gateOfLaneRun, stopEpochs } from './gates.ts';
import { acquireDrive, acquireDrives, databaseNow, leaveNode, ownDrives, registerNode, releaseDrive, renewNode } from './nodes.ts';
import { claimSlice, openWork, returnDeadSlices, returnSlice, returnSlices } from './slices.ts';
import { ensureTimer, finishHeldTimer, finishTimer, holdTimer, postponeTimer, releaseTimer, setTimer, takeDueTimers } from './timers.ts';
import { createExecution, saveTransition } from './transitions.ts';
import { appendWalk } from './walks.ts';

/** Verbs over executions, gates, slices, batches, leases, timers and events. */
export const coreVerbs = [
  acquireDrive,
  acquireDrives,
  activeGates,
  appendWalk,
  beginCreation,
  claimSlice,
  commitJobs,
  databaseNow,
  createExecution,
  discardExecution,
  discardExpired,
  discardedExecutions,
  ensureTimer,
  executionCounts,
  extendCreation,
  failedTasks,
  findTask,
  finishHeldTimer,
  finishTimer,
  gateOfLaneRun,
  holdTimer,
  leaveNode,
  listExecutions,
  loadExecution,
  openWork,
  ownDrives,
  postponeTimer,
  purgeCreation,
  purgeExecution,
  readEvents,
  readSnapshots,
  registerNode,
  releaseDrive,
  releaseTimer,
  renewNode,
  returnDeadSlices,
  returnSlice,
  returnSlices,
  saveTransition,
  setTimer,
  startedTasks,
  stopEpochs,
  takeDueTimers,
  thresholdFigures,
  viewExecution,
] as unknown as readonly Verb<never, unknown>[];
