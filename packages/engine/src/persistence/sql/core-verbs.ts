import type { Verb } from '../sql.ts';
import { commitJobs } from './commits.ts';
import { executionCounts, failedTasks, startedTasks, thresholdFigures } from './counters.ts';
import { beginCreation, extendCreation, purgeCreation } from './creations.ts';
import { discardExecution, purgeExecution, discardedExecutions } from './deletion.ts';
import { readEvents } from './events.ts';
import { findTask, listExecutions, loadExecution, readSnapshots, viewExecution } from './executions.ts';
import { activeGates, gateOfLaneRun, hintedWork, stopEpochs } from './gates.ts';
import { acquireDrive, acquireDrives, databaseNow, leaveNode, ownDrives, registerNode, releaseDrive, renewNode } from './nodes.ts';
import { claimSlice, openWork, returnDeadSlices, returnSlice, returnSlices } from './slices.ts';
import { finishTimer, postponeTimer, takeDueTimers } from './timers.ts';
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
  discardedExecutions,
  executionCounts,
  extendCreation,
  failedTasks,
  findTask,
  finishTimer,
  gateOfLaneRun,
  hintedWork,
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
  renewNode,
  returnDeadSlices,
  returnSlice,
  returnSlices,
  saveTransition,
  startedTasks,
  stopEpochs,
  takeDueTimers,
  thresholdFigures,
  viewExecution,
] as unknown as readonly Verb<never, unknown>[];
