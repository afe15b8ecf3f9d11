/**
 * What the store has committed, as the simulation saw it happen: documents, gates, recorded jobs. Each transition is
 * checked by the model's own statement of the promises.
 */
import type { Change, Command, EngineEvent, Execution, LaneRun } from '@laneway/model';
import { checkInvariants } from '../../packages/model/src/execution/invariants.ts';
import type { JobCommit, JobCommitOutcome } from '../../packages/engine/src/persistence/sql/commits.ts';
import type { Claim } from '../../packages/engine/src/persistence/sql/slices.ts';
import type { Creation, TransitionParams } from '../../packages/engine/src/persistence/sql/transitions.ts';
import { reservedRows } from './coverage.ts';
import type { StoreCall } from './store.ts';
import type { World } from './world.ts';

export interface TrackedExecution {
  execution: Execution;
  isDiscarded: boolean;
  eventCount: number;
  /** When the stop under way began to abort jobs; null while none does. */
  abortingSince: number | null;
  /** When a pause last had a job to wait for; null while none is under way. */
  drainingSince: number | null;
}

export interface TrackedGate {
  readonly laneRunId: string;
  readonly executionId: string;
  isOpen: boolean;
  closedAt: number;
  firstOpenedAt: number;
  /** When its lane run ended or was suspended last. */
  restedAt: number;
  openedAt: number;
  /** Lives that have acknowledged the stop that closed it. */
  readonly ackedBy: Set<string>;
}

export type Input = Command | EngineEvent;

export class Tracker {
  readonly executions = new Map<string, TrackedExecution>();
  readonly gates = new Map<string, TrackedGate>();
  /** Lane runs as they ended. */
  readonly endedRuns = new Map<string, LaneRun>();
  /** `task:batch` of jobs that were recorded, by lane run. */
  readonly recorded = new Map<string, Set<string>>();
  readonly edges = new Map<string, number>();
  /** When a document or the record of a job changed last. */
  changedAt = 0;
  readonly #world: World;
  /** Token of the last claim of each slice. */
  readonly #tokens = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
  }

  done(call: StoreCall, input: Input | undefined, result: unknown): void {
    switch (call.verb.name) {
      case 'createExecution':
        return this.#created(call.params as Creation);
      case 'saveTransition':
        if (result !== 'saved') this.#world.note(`saveTransition: ${String(result)}`);
        return result === 'saved' ? this.#saved(call.params as TransitionParams, input) : undefined;
      case 'discardExecution':
        return result === 'discarded' ? this.#discarded((call.params as { executionId: string }).executionId) : undefined;
      case 'claimSlice':
        return this.#claimed(result as Claim);
      case 'commitJobs':
        return this.#committed((call.params as { commits: JobCommit[] }).commits, result as JobCommitOutcome[]);
    }
  }

  #created(creation: Creation): void {
    const { execution, changes } = creation;
    this.#see(changes);
    this.executions.set(execution.id, {
      execution,
      isDiscarded: false,
      eventCount: changes.length,
      abortingSince: null,
      drainingSince: null,
    });
  }

  #saved(transition: TransitionParams, input: Input | undefined): void {
    const { execution, changes, effects } = transition;
    const tracked = this.executions.get(execution.id);
    if (tracked === undefined) return this.#world.problem('a transition of an unknown execution');
    if (tracked.isDiscarded) this.#world.problem('a discarded execution changed');
    const { execution: before } = tracked;
    if (before.version !== transition.expectedVersion) this.#world.problem(`V: saved over version ${before.version}`);
    const actor = input !== undefined && 'actor' in input ? input.actor : null;
    if (transition.actor !== actor) this.#world.problem(`I11: ${input?.kind} of ${actor} has the actor ${transition.actor}`);
    if (input === undefined) this.#world.problem('a transition that nobody decided on');
    else {
      for (const text of checkInvariants(before, input, { kind: 'changed', execution, changes, effects })) {
        this.#world.problem(`${input.kind}: ${text}`);
      }
    }
    this.#see(changes);
    this.#world.note(
      `= ${input?.kind} → ${execution.status}/${execution.current.status}(${execution.current.stoppingReason ?? ''}) v${execution.version}`,
    );
    tracked.execution = execution;
    tracked.eventCount += changes.length;
    this.changedAt = this.#world.now;
    this.#noteStop(tracked, before);
    if (input?.kind === 'laneRunStopped') Object.assign(this.gates.get(before.current.id) ?? {}, { restedAt: this.#world.now });
    if (input?.kind === 'preparationFailed' && JSON.stringify(input.error).includes('aborted'))
      this.#world.problem('a preparation that nobody gave up failed because it was aborted');
    for (const effect of effects) {
      if (effect.kind === 'openGate') this.#opened(effect.laneRun.id, execution.id);
      if (effect.kind === 'closeGate') this.#closed(effect.laneRunId);
      if (effect.kind === 'archiveLaneRun') this.endedRuns.set(effect.laneRun.id, effect.laneRun);
    }
  }

  #noteStop(tracked: TrackedExecution, before: Execution): void {
    const { current } = tracked.execution;
    const isDraining = current.status === 'stopping' && current.stoppingReason === 'pause';
    tracked.drainingSince = isDraining ? (tracked.drainingSince ?? this.#world.now) : null;
    const isAborting = current.status === 'stopping' && current.stoppingReason !== 'pause';
    if (!isAborting) tracked.abortingSince = null;
    else if (before.current.stoppingReason === 'pause') tracked.abortingSince = this.#world.now;
    else tracked.abortingSince ??= this.#world.now;
  }

  #opened(laneRunId: string, executionId: string): void {
    const { now } = this.#world;
    const gate = this.gates.get(laneRunId) ?? {
      laneRunId,
      executionId,
      isOpen: true,
      closedAt: 0,
      openedAt: now,
      restedAt: Infinity,
      firstOpenedAt: now,
      ackedBy: new Set<string>(),
    };
    gate.isOpen = true;
    gate.openedAt = now;
    gate.restedAt = Infinity;
    gate.ackedBy.clear();
    this.gates.set(laneRunId, gate);
  }

  #closed(laneRunId: string): void {
    const gate = this.gates.get(laneRunId);
    if (gate === undefined) return;
    if (gate.isOpen) gate.closedAt = this.#world.now;
    gate.isOpen = false;
  }

  #discarded(executionId: string): void {
    const tracked = this.executions.get(executionId);
    if (tracked !== undefined) tracked.isDiscarded = true;
    this.#world.note('= discarded');
  }

  #committed(commits: readonly JobCommit[], outcomes: readonly JobCommitOutcome[]): void {
    for (const [index, commit] of commits.entries()) {
      if (outcomes[index]?.kind !== 'committed') continue;
      if (this.#tokens.get(commit.sliceId) !== commit.sliceToken)
        this.#world.problem('I6: a job was recorded by a node that had lost its slice');
      const isAtRest = (this.gates.get(commit.laneRunId)?.restedAt ?? Infinity) < this.#world.now;
      if (isAtRest) this.#world.problem('I3: a job was recorded after its lane run had come to rest');
      const recorded = this.recorded.get(commit.laneRunId) ?? new Set();
      this.recorded.set(commit.laneRunId, recorded);
      const key = `${commit.taskId}:${commit.batchNumber}`;
      if (recorded.has(key)) this.#world.problem(`I6: job ${key} was recorded twice`);
      recorded.add(key);
      this.changedAt = this.#world.now;
    }
  }

  #claimed(claim: Claim): void {
    if (claim.kind === 'claimed') this.#tokens.set(claim.slice.sliceId, claim.slice.sliceToken);
  }

  #see(changes: readonly Change[]): void {
    for (const { subject, from, to } of changes) {
      const edge = `${subject} ${from ?? 'new'} → ${to ?? 'gone'}`;
      if (Object.hasOwn(reservedRows, edge)) this.#world.problem(`T: ${edge}: ${reservedRows[edge]}`);
      this.edges.set(edge, (this.edges.get(edge) ?? 0) + 1);
    }
  }
}
