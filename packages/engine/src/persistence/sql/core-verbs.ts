import type { Verb } from '../sql.ts';
import { commitJobs } from './commits.ts';
import { admissionQueue, admitExecution } from './admission.ts';
import { itemsOfExecution } from './conservation.ts';
import { failedTasks, startedTasks, thresholdFigures } from './counters.ts';
import { beginCreation, extendCreation, purgeCreation } from './creations.ts';
import { discardExecution, discardExpired, purgeExecution, discardedExecutions } from './deletion.ts';
import { readEvents } from './events.ts';
import { findTask, listExecutions, liveExecutions, loadExecution, readSnapshots, viewExecution } from './executions.ts';
import { activeGates, gateOfLaneRun, hintedWork, stopEpochs } from './gates.ts';
import { acquireDrive, acquireDrives, databaseNow, leaveNode, ownDrives, registerNode, releaseDrive, renewNode } from './nodes.ts';
import { claimSlice, openWork, returnDeadSlices, returnSlices } from './slices.ts';
import { noteDriver, standing } from './standing.ts';
import { ensureTimer, finishHeldTimer, finishTimer, holdTimer, postponeTimer, releaseTimer, setTimer, takeDueTimers } from './timers.ts';
import { createExecution, saveTransition } from './transitions.ts';
import { appendWalk } from './walks.ts';

/** Verbs over executions, gates, slices, batches, leases, timers and events. */
export const coreVerbs = [
  acquireDrive,
  acquireDrives,
  activeGates,
  admissionQueue,
  admitExecution,
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
  extendCreation,
  failedTasks,
  findTask,
  finishHeldTimer,
  finishTimer,
  gateOfLaneRun,
  holdTimer,
  itemsOfExecution,
  hintedWork,
  leaveNode,
  listExecutions,
  liveExecutions,
  loadExecution,
  noteDriver,
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
  returnSlices,
  saveTransition,
  setTimer,
  standing,
  startedTasks,
  stopEpochs,
  takeDueTimers,
  thresholdFigures,
  viewExecution,
] as unknown as readonly Verb<never, unknown>[];
