/**
 * Deadlines as durable timers. That of an execution is kept over pauses and ends with the execution, which alone knows
 * whether it still counts; that of a pause is fenced by incarnation and lane run, so a late timer never meets a resumed
 * execution.
 */
import type { Execution } from '@laneway/model';
import { expirePause, type PauseExpiry } from '../persistence/sql/pause-expiry.ts';
import { finishHeldTimer, finishTimer, setTimer, type NewTimer, type TakenTimer } from '../persistence/sql/timers.ts';
import type { Database } from '../persistence/sql.ts';
import type { Controller } from './controller.ts';
import type { Hub } from './hub.ts';

export const executionDeadlineKind = 'executionDeadline';
export const pauseDeadlineKind = 'pauseDeadline';

export function executionDeadline(executionId: string, delayMs: number): NewTimer {
  const body = JSON.stringify({ deadlineMs: delayMs });
  return { id: `${executionDeadlineKind}.${executionId}`, kind: executionDeadlineKind, executionId, delayMs, body };
}

/** For an execution that is being paused; a later pause replaces it. */
export function pauseDeadline(execution: Execution, deadlineMs: number): NewTimer {
  const { id: executionId, incarnation, current } = execution;
  const expiry: PauseExpiry = { executionId, incarnation, laneRunId: current.id, deadlineMs };
  return {
    id: `${pauseDeadlineKind}.${executionId}`,
    kind: pauseDeadlineKind,
    executionId,
    delayMs: deadlineMs,
    body: JSON.stringify(expiry),
  };
}

/** The database's clock and this node's run apart by less between setting a timer and looking at it. */
const clockSlackMs = 20;

export class Deadlines {
  readonly #database: Database;
  readonly #controller: Controller;
  readonly #hub: Hub;
  /** Looks for due timers after so many milliseconds. */
  readonly #wakeIn: (delayMs: number) => void;

  constructor(parts: {
    readonly database: Database;
    readonly controller: Controller;
    readonly hub: Hub;
    readonly wakeIn: (delayMs: number) => void;
  }) {
    this.#database = parts.database;
    this.#controller = parts.controller;
    this.#hub = parts.hub;
    this.#wakeIn = parts.wakeIn;
  }

  /** Sets the deadline of a pause that was asked for before. */
  async setForPause(execution: Execution, deadlineMs: number): Promise<void> {
    await this.#database.call(setTimer, pauseDeadline(execution, deadlineMs));
  }

  /** A deadline was set by this node: it is looked at in time. */
  expect(delayMs: number): void {
    this.#wakeIn(delayMs + clockSlackMs);
  }

  /** The execution is cancelled unless it has ended; the engine is the actor. */
  async expireExecution(timer: TakenTimer): Promise<void> {
    const { deadlineMs } = JSON.parse(timer.body) as { readonly deadlineMs: number };
    const note = `The deadline of ${deadlineMs / 1000} s passed.`;
    await this.#controller.apply(timer.executionId, { kind: 'deadlinePassed', note });
    await this.#database.call(finishTimer, { id: timer.id });
  }

  /** Jobs in flight here are told at once; other nodes find the gate changed when they look at it. */
  async expirePause(timer: TakenTimer): Promise<void> {
    const expiry = JSON.parse(timer.body) as PauseExpiry;
    const { laneRunId, incarnation } = expiry;
    if (await this.#database.call(expirePause, expiry)) this.#controller.onGateClosed({ laneRunId, incarnation, mode: 'abort' });
    // One that was set anew meanwhile goes on.
    await this.#database.call(finishHeldTimer, { id: timer.id, heldUntil: timer.heldUntil });
    this.#hub.notify(timer.executionId);
  }
}
