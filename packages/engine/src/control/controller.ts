/**
 * The skeleton of every verb of the control plane (design §3): load → reduce → conditional write together with
 * events and effects → wake. A lost race is read again and decided again, a bounded number of times.
 */
import {
  makeError,
  reduce,
  stopRules,
  type Command,
  type EngineEvent,
  type ErrorObject,
  type Execution,
  type StopMode,
} from '@laneway/model';
import type { Database } from '../persistence/sql.ts';
import { loadExecution } from '../persistence/sql/executions.ts';
import type { EffectMark } from '../persistence/sql/effect-marks.ts';
import type { Drive, NodeIdentity } from '../persistence/sql/nodes.ts';
import type { NewTimer } from '../persistence/sql/timers.ts';
import { saveTransition, type NewComponents } from '../persistence/sql/transitions.ts';
import type { Hub } from './hub.ts';
import type { PlanCache } from './plan.ts';
import { ignoreStops, isAtRest, modeOfStop, type StopObserver } from './stop-moments.ts';

export type Applied =
  | { readonly kind: 'changed'; readonly execution: Execution }
  | { readonly kind: 'unchanged'; readonly execution: Execution }
  | { readonly kind: 'refused'; readonly error: ErrorObject; readonly execution: Execution }
  /** Unknown or deleted. */
  | { readonly kind: 'missing' }
  /** The drive was lost to another node, or another incarnation has begun: stop. */
  | { readonly kind: 'fenced' };

/** Its mark was there: it happened before, or is not wanted any more. */
export interface Marked {
  readonly kind: 'marked';
}

export interface ClosedGate {
  readonly laneRunId: string;
  /** In which it was closed: this may be heard of when a resume has long opened it for another one. */
  readonly incarnation: number;
  readonly mode: StopMode;
}

export interface ApplyOptions {
  readonly actor?: string | null;
  readonly drive?: Drive & NodeIdentity;
  readonly components?: NewComponents;
  /** The one in which the work was begun that asks for this: in another one it is void (design §3). */
  readonly incarnation?: number;
  /** Set with the change, for the execution as it is then. */
  readonly timers?: (execution: Execution) => readonly NewTimer[];
}

const maxAttempts = 50;

export class Controller {
  readonly #database: Database;
  readonly #hub: Hub;
  readonly #plans: PlanCache;
  readonly #reduce: typeof reduce;
  /** Told of each gate this node closed, before the command is answered: nothing is handed over here from then on (I3). */
  onGateClosed: (gate: ClosedGate) => void = () => undefined;

  /** Told how long the stages of stops took. */
  observeStop: StopObserver = ignoreStops;
  /** Told of each execution that came to rest, suspended or ended. */
  onStopped: (executionId: string) => void = () => undefined;

  constructor(parts: {
    readonly database: Database;
    readonly hub: Hub;
    readonly plans: PlanCache;
    readonly reducer?: typeof reduce | undefined;
  }) {
    this.#database = parts.database;
    this.#hub = parts.hub;
    this.#plans = parts.plans;
    this.#reduce = parts.reducer ?? reduce;
  }

  /** Applies one command or event to the execution as it is when the write succeeds. */
  async apply(executionId: string, input: Command | EngineEvent, options: ApplyOptions = {}): Promise<Applied> {
    const applied = await this.applyOnce(executionId, input, { ...options, mark: null });
    if (applied.kind === 'marked') throw new Error(`${input.kind} was applied without a mark`);
    return applied;
  }

  /** The same with a mark that makes the change happen once, whoever asks for it again. */
  async applyOnce(
    executionId: string,
    input: Command | EngineEvent,
    options: ApplyOptions & { readonly mark: EffectMark | null },
  ): Promise<Applied | Marked> {
    const askedAt = performance.now();
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const { execution, nowMs } = await this.#database.call(loadExecution, { executionId });
      if (execution === null) return { kind: 'missing' };
      if (options.incarnation !== undefined && options.incarnation !== execution.incarnation) return { kind: 'fenced' };
      const reduction = this.#reduce(execution, input, { ms: nowMs });
      if (reduction.kind === 'refused') return { kind: 'refused', error: reduction.error, execution };
      if (reduction.kind === 'unchanged') {
        if (input.kind === 'cancel' || input.kind === 'pause') this.#stopsAlready(execution);
        return { kind: 'unchanged', execution };
      }
      const opened = reduction.effects.find((effect) => effect.kind === 'openGate');
      const outcome = await this.#database.call(saveTransition, {
        execution: reduction.execution,
        changes: reduction.changes,
        effects: reduction.effects,
        actor: options.actor ?? null,
        components: options.components ?? null,
        batchSize: opened === undefined ? null : await this.#plans.batchSize(execution, opened.laneRun.laneIndex),
        mark: options.mark,
        timers: options.timers?.(reduction.execution) ?? [],
        expectedVersion: execution.version,
        drive: options.drive ?? null,
      });
      if (outcome === 'fenced' || outcome === 'marked') return { kind: outcome };
      if (outcome === 'saved') {
        const { incarnation } = reduction.execution;
        for (const effect of reduction.effects)
          if (effect.kind === 'closeGate') this.onGateClosed({ laneRunId: effect.laneRunId, incarnation, mode: effect.mode });
        this.#observe(execution, reduction.execution, { nowMs, askedAt });
        this.#hub.notify(executionId);
        if (isAtRest(reduction.execution) && !isAtRest(execution)) this.onStopped(executionId);
        return { kind: 'changed', execution: reduction.execution };
      }
    }
    throw new Error(`execution ${executionId} changes faster than ${input.kind} can be applied to it`);
  }

  /** Another node closed the gate, or this one did and did not hear of it: this answer acknowledges the stop all the same (I3). */
  #stopsAlready({ incarnation, current: { id, stoppingReason } }: Execution): void {
    if (stoppingReason !== null) this.onGateClosed({ laneRunId: id, incarnation, mode: stopRules.mode[stoppingReason] });
  }

  #observe(before: Execution, after: Execution, at: { readonly nowMs: number; readonly askedAt: number }): void {
    const mode = modeOfStop(after);
    if (mode === null || isAtRest(before)) return;
    if (after.current.status === 'stopping' && after.stop !== before.stop) {
      const seconds = (performance.now() - at.askedAt) / 1000;
      this.observeStop('acknowledged', mode, seconds);
      this.observeStop('signalled', mode, seconds);
    }
    if (isAtRest(after) && after.stop !== null) this.observeStop('terminal', mode, Math.max(0, at.nowMs - after.stop.at) / 1000);
  }
}

export function executionNotFound(): ErrorObject {
  return makeError('notFound');
}
