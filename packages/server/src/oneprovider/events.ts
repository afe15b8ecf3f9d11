/**
 * Live events of one execution as server-sent events (interfaces, Events).
 *
 * A stream belongs to its request: it ends when the client goes, when the server closes, when the execution is deleted, when the user
 * may not see it any more, when the credentials with which it began are not good any more, and after everything of an ended execution
 * was sent; to ask for more of that one is answered 204, which tells an EventSource not to come back. Numbered events are read from the
 * event log after a cursor, so none is missed or sent twice; `progress` has no number and is sent when counters changed, at most every
 * interval.
 */
import type { ServerResponse } from 'node:http';
import type { ExecutionEvent, ExecutionView, TaskCounters } from '@laneway/engine';
import { makeError, phaseOf } from '@laneway/model';
import type { ServerDeps } from '../deps.ts';
import { isStillGood } from '../auth/still-good.ts';
import { Refusal } from '../http/refusal.ts';
import { answered, noContent, type Call, type Route } from '../http/route.ts';
import { mayView, requireExecution, requireViewer } from './access.ts';
import { detailsOf } from './details.ts';

const eventsPerRead = 500;

export function eventsRoute(deps: ServerDeps, closing: AbortSignal): Route {
  return {
    prefix: '/api/v3/oneprovider',
    method: 'GET',
    path: '/automation/execution/workflows/{wid}/events',
    operationId: 'follow_workflow_execution',
    summary: 'Follow a workflow execution: numbered state changes and progress as server-sent events',
    body: 'none',
    extension: true,
    produces: ['text/event-stream'],
    parameters: [{ name: 'Last-Event-ID', in: 'header', text: 'go on after this event; without it the stream starts with a snapshot' }],
    handle: async (call) => {
      const { user, view } = await requireExecution(deps, call, { method: 'GET', aspect: 'events' });
      await requireViewer(deps, user, view.execution);
      const after = lastEventId(call);
      if (after !== null && hasEnded(view) && after >= view.execution.version) return noContent;
      call.reply.hijack();
      const response = call.reply.raw;
      response.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        // The end of a stream ends its connection: a kept one would hold up a server that closes.
        connection: 'close',
        'access-control-allow-origin': '*',
        'x-accel-buffering': 'no',
      });
      const mayFollow = async (): Promise<boolean> =>
        (await isStillGood(deps, call, user)) && (await mayView(deps, user.account.id, view.execution));
      const stream = new EventStream(deps, response, closing, mayFollow);
      if (after === null) stream.snapshot(view.execution.version, detailsOf(view));
      void stream.run(view.execution.id, after ?? view.execution.version);
      return answered;
    },
  };
}

function hasEnded(view: ExecutionView): boolean {
  return phaseOf(view.execution.status) === 'ended';
}

function lastEventId(call: Call): number | null {
  const header = call.request.headers['last-event-id'] ?? call.query['lastEventId'];
  if (header === undefined || header === '') return null;
  if (typeof header === 'string' && /^\d{1,15}$/.test(header)) return Number(header);
  throw new Refusal(makeError('badValueInteger', { key: 'Last-Event-ID' }));
}

class EventStream {
  readonly #deps: ServerDeps;
  readonly #response: ServerResponse;
  readonly #over = new AbortController();
  readonly #signal: AbortSignal;
  readonly #mayFollow: () => Promise<boolean>;
  #accessSeenAt = performance.now();
  #lastCounters = '';
  #progressAt = Number.NEGATIVE_INFINITY;
  #writtenAt = performance.now();
  /** Version after which nothing more comes: that of the ended execution. */
  #lastVersion: number | null = null;
  #isFirstTick = true;

  constructor(deps: ServerDeps, response: ServerResponse, closing: AbortSignal, mayFollow: () => Promise<boolean>) {
    this.#deps = deps;
    this.#mayFollow = mayFollow;
    this.#response = response;
    this.#signal = AbortSignal.any([this.#over.signal, closing]);
    response.on('close', () => this.#over.abort());
    response.on('error', () => this.#over.abort());
  }

  snapshot(version: number, details: unknown): void {
    this.#write(`id: ${version}\nevent: snapshot\ndata: ${JSON.stringify(details)}\n\n`);
  }

  /** Never rejects. */
  async run(executionId: string, from: number): Promise<void> {
    let version = from;
    try {
      while (!this.#signal.aborted) version = await this.tick(executionId, version);
    } catch (error) {
      this.#deps.logger.error({ event: 'eventStreamFailed', executionId, err: error }, 'an event stream broke off');
    } finally {
      this.#over.abort();
      endSoon(this.#response, this.#deps.settings.closeGraceMs);
    }
  }

  /** Sends what is new after the version, then waits; returns the version reached. */
  async tick(executionId: string, version: number): Promise<number> {
    // Listening begins before reading: what is written in between must not wait for the next look.
    const listening = new AbortController();
    const { progressIntervalMs } = this.#deps.settings;
    const signal = AbortSignal.any([this.#signal, listening.signal]);
    const changed = this.#deps.executions.waitForChange(executionId, progressIntervalMs, signal);
    try {
      return await this.#tick(executionId, version, changed);
    } finally {
      listening.abort();
    }
  }

  async #tick(executionId: string, version: number, changed: Promise<void>): Promise<number> {
    if (!(await this.#isAllowed())) {
      this.#over.abort();
      return version;
    }
    const events = await this.#deps.executions.events(executionId, version, eventsPerRead);
    for (const event of events) this.#write(`id: ${event.version}\nevent: ${event.subject}\ndata: ${JSON.stringify(eventData(event))}\n\n`);
    await this.#drained();
    const reached = events.at(-1)?.version ?? version;
    if (events.length === eventsPerRead) return reached;
    if (this.#lastVersion === null && (this.#isFirstTick || events.length > 0)) await this.#noteEnd(executionId);
    this.#isFirstTick = false;
    const progressIsDue = performance.now() - this.#progressAt >= this.#deps.settings.progressIntervalMs;
    const isOver = this.#lastVersion !== null && reached >= this.#lastVersion && progressIsDue;
    if (!(await this.#progress(executionId)) || isOver) {
      this.#over.abort();
      return reached;
    }
    const { keepAliveMs } = this.#deps.settings;
    if (performance.now() - this.#writtenAt >= keepAliveMs) this.#write(': keep-alive\n\n');
    await changed;
    return reached;
  }

  async #isAllowed(): Promise<boolean> {
    const now = performance.now();
    if (now - this.#accessSeenAt < this.#deps.settings.accessIntervalMs) return true;
    this.#accessSeenAt = now;
    return await this.#mayFollow();
  }

  async #noteEnd(executionId: string): Promise<void> {
    const view = await this.#deps.executions.view(executionId);
    if (view !== null && hasEnded(view)) this.#lastVersion = view.execution.version;
  }

  /** False when the execution is gone. */
  async #progress(executionId: string): Promise<boolean> {
    const now = performance.now();
    if (now - this.#progressAt < this.#deps.settings.progressIntervalMs) return true;
    this.#progressAt = now;
    const counters = await this.#deps.executions.counters(executionId);
    const text = JSON.stringify(counters satisfies Readonly<Record<string, TaskCounters>>);
    if (text !== this.#lastCounters) {
      this.#lastCounters = text;
      this.#write(`event: progress\ndata: ${JSON.stringify({ executionId, tasks: counters })}\n\n`);
      return true;
    }
    return Object.keys(counters).length > 0 || (await this.#deps.executions.view(executionId)) !== null;
  }

  #write(text: string): void {
    if (this.#response.writableEnded || this.#response.destroyed) return;
    this.#writtenAt = performance.now();
    this.#response.write(text);
  }

  /** A slow reader holds the stream back instead of filling memory; it ends also while nobody reads. */
  async #drained(): Promise<void> {
    while (this.#response.writableNeedDrain && !this.#signal.aborted) {
      await this.#drainedOrDue();
      if (!(await this.#isAllowed())) this.#over.abort();
    }
  }

  /** Until the reader goes on, or it is time to look at his rights. */
  async #drainedOrDue(): Promise<void> {
    await new Promise<void>((resolve) => {
      const due = setTimeout(() => done(), this.#deps.settings.accessIntervalMs);
      const done = (): void => {
        clearTimeout(due);
        this.#response.off('drain', done);
        this.#signal.removeEventListener('abort', done);
        resolve();
      };
      this.#response.on('drain', done);
      this.#signal.addEventListener('abort', done);
      if (this.#signal.aborted) done();
    });
  }
}

/** What was written is sent; a reader that does not take it does not keep the connection. */
function endSoon(response: ServerResponse, lingerMs: number): void {
  if (response.destroyed) return;
  const tooLong = setTimeout(() => response.destroy(), lingerMs);
  response.once('close', () => clearTimeout(tooLong));
  response.end();
}

function eventData(event: ExecutionEvent): Readonly<Record<string, unknown>> {
  const { subject: _subject, ...data } = event;
  return data;
}
