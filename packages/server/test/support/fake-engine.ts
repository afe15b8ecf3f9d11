/** Executions and stores in memory: documents of the real model, no data plane. */
import {
  makeError,
  newExecution,
  newId,
  ok,
  phaseOf,
  phaseTimestamp,
  reduce,
  refuse,
  type Command,
  type Execution,
  type ExecutionStatus,
  type LaneRunStatus,
  type Result,
} from '@laneway/model';
import type {
  Registry,
  Blocker,
  ControlRequest,
  ExecutionEvent,
  ExecutionSchema,
  ExecutionService,
  ExecutionSummary,
  ExecutionView,
  ListRequest,
  Receipt,
  RepeatRequest,
  ScheduleRequest,
  StopRequestOf,
  StoreExport,
  StoreInfo,
  StoreService,
  StoreSummary,
  TaskCounters,
  TaskView,
} from '@laneway/engine';

export class FakeExecutions implements ExecutionService {
  readonly requests: ScheduleRequest[] = [];
  readonly notes: (string | null)[] = [];
  readonly tasks = new Map<string, TaskView>();
  readonly progress = new Map<string, Readonly<Record<string, TaskCounters>>>();
  scheduleError: Result<never> | null = null;
  clockMs = 1_700_000_000_000;
  readonly #executions = new Map<string, Execution>();
  readonly #events = new Map<string, ExecutionEvent[]>();
  readonly #waiting = new Set<() => void>();
  readonly #members: Registry['members'] | null;

  /** Who may see what (D7) is told by the registry. */
  constructor(registry: Pick<Registry, 'members'> | null = null) {
    this.#members = registry?.members ?? null;
  }

  async schedule(request: ScheduleRequest): Promise<Result<{ readonly executionId: string }>> {
    this.requests.push(request);
    if (this.scheduleError !== null) return this.scheduleError;
    const { userId, spaceId, atmInventoryId, atmWorkflowSchemaId, name, revisionNumber, logLevel, callback } = request;
    const { execution, changes } = newExecution(
      {
        id: newId(),
        userId,
        spaceId,
        atmInventoryId,
        atmWorkflowSchemaId,
        name,
        logLevel,
        callback,
        atmWorkflowSchemaRevisionNumber: revisionNumber,
        lambdaSnapshotRegistry: {},
        storeRegistry: {},
        systemAuditLogStoreId: newId(),
        laneRunId: newId(),
        lanes: request.revision.lanes.map((lane) => ({ schemaId: lane.id, maxRetries: lane.maxRetries })),
      },
      { ms: this.clockMs },
    );
    this.put(execution, changes);
    return ok({ executionId: execution.id });
  }

  /** One lane without tasks, of no real workflow schema; returns the id. */
  async scheduleSomething(owner: Pick<ScheduleRequest, 'userId' | 'spaceId' | 'atmInventoryId'>): Promise<string> {
    const scheduled = await this.schedule({
      ...owner,
      atmWorkflowSchemaId: newId(),
      name: 'flow',
      revisionNumber: 1,
      revision: { lanes: [{ id: 'lane', maxRetries: 0 }] } as never,
      lambdas: {},
      storeInitialContentOverlay: {},
      logLevel: 6,
      callback: null,
    });
    if (!scheduled.ok) throw new Error(scheduled.error.description);
    return scheduled.value.executionId;
  }

  put(execution: Execution, changes: readonly Omit<ExecutionEvent, 'executionId' | 'version' | 'at' | 'actor'>[] = []): void {
    this.#executions.set(execution.id, execution);
    const events = this.#events.get(execution.id) ?? [];
    const first = execution.version - changes.length + 1;
    const added = changes.map((change, at) => ({
      ...change,
      executionId: execution.id,
      version: first + at,
      at: this.clockMs,
      actor: null,
    }));
    this.#events.set(execution.id, [...events, ...added]);
    this.notify();
  }

  notify(): void {
    for (const wake of this.#waiting) wake();
  }

  waiters(): number {
    return this.#waiting.size;
  }

  get(id: string): Execution {
    return this.#executions.get(id)!;
  }

  /** Puts an execution into a status with a matching lane run. */
  force(id: string, status: ExecutionStatus, laneRunStatus: LaneRunStatus = status): void {
    const execution = this.get(id);
    const seconds = Math.floor(this.clockMs / 1000);
    this.#executions.set(id, {
      ...execution,
      status,
      startTime: seconds,
      suspendTime: seconds,
      finishTime: seconds,
      current: { ...execution.current, status: laneRunStatus },
    });
  }

  async cancel(request: StopRequestOf): Promise<Result<void>> {
    this.notes.push(request.note);
    return await this.#command(request.executionId, { kind: 'cancel', actor: request.actor, note: request.note });
  }

  async pause(request: StopRequestOf): Promise<Result<void>> {
    this.notes.push(request.note);
    return await this.#command(request.executionId, { kind: 'pause', actor: request.actor, note: request.note });
  }

  async interrupt(): Promise<boolean> {
    return await Promise.resolve(false);
  }

  async resume({ executionId, actor }: ControlRequest): Promise<Result<void>> {
    return await this.#command(executionId, { kind: 'resume', actor });
  }

  async forceContinue({ executionId, actor }: ControlRequest): Promise<Result<void>> {
    return await this.#command(executionId, { kind: 'forceContinue', actor, newRunId: newId() });
  }

  async rerun({ executionId, actor, laneIndex, laneRunNumber }: RepeatRequest): Promise<Result<void>> {
    return await this.#command(executionId, { kind: 'rerun', actor, laneIndex, laneRunNumber, newRunId: newId() });
  }

  async retry({ executionId, actor, laneIndex, laneRunNumber }: RepeatRequest): Promise<Result<void>> {
    return await this.#command(executionId, { kind: 'retry', actor, laneIndex, laneRunNumber, newRunId: newId() });
  }

  async #command(executionId: string, command: Command): Promise<Result<void>> {
    const execution = this.#executions.get(executionId);
    if (execution === undefined) return await Promise.resolve(refuse(makeError('notFound')));
    const reduction = reduce(execution, command, { ms: this.clockMs });
    if (reduction.kind === 'refused') return refuse(reduction.error);
    if (reduction.kind === 'changed') this.put(reduction.execution, reduction.changes);
    return ok(undefined);
  }

  async receipt(executionId: string): Promise<Receipt | null> {
    const execution = this.#executions.get(executionId);
    const { status = '', stop = null } = execution ?? {};
    return await Promise.resolve(execution === undefined ? null : { executionId, status, stop, laneRuns: [] });
  }

  async blockers(executionId: string): Promise<readonly Blocker[] | null> {
    return await Promise.resolve(this.#executions.has(executionId) ? [{ kind: 'lease', nodeId: null, until: null }] : null);
  }

  async delete(request: { readonly executionId: string }): Promise<Result<void>> {
    const phase = phaseOf(this.get(request.executionId).status);
    if (phase === 'waiting' || phase === 'ongoing') return refuse(makeError('atmWorkflowExecutionNotStopped'));
    this.#executions.delete(request.executionId);
    this.notify();
    return ok(undefined);
  }

  async view(executionId: string): Promise<ExecutionView | null> {
    const execution = this.#executions.get(executionId);
    return execution === undefined ? null : { execution, archivedRuns: [] };
  }

  async schema(executionId: string): Promise<ExecutionSchema | null> {
    return await Promise.resolve(this.#executions.has(executionId) ? { revision: '{"lanes":[]}', lambdas: {} } : null);
  }

  async #inventoriesOf(userId: string): Promise<readonly string[]> {
    const inventories = await this.#members?.effectiveContainersOf({ type: 'user', id: userId }, 'atm_inventory');
    return (inventories ?? []).map((inventory) => inventory.containerId);
  }

  async list(request: ListRequest): Promise<{ readonly entries: readonly ExecutionSummary[]; readonly isLast: boolean }> {
    const seen = request.viewerId === null ? null : await this.#inventoriesOf(request.viewerId);
    const all = [...this.#executions.values()]
      .filter((execution) => execution.spaceId === request.spaceId && phaseOf(execution.status) === request.phase)
      .filter((execution) => seen === null || seen.includes(execution.atmInventoryId))
      .map((execution) => ({
        ...execution,
        revisionNumber: execution.atmWorkflowSchemaRevisionNumber,
        index: `${9_999_999_999 - phaseTimestamp(execution)}${execution.id}`,
      }))
      .toSorted((one, other) => (one.index < other.index ? -1 : 1));
    const found = request.index === null ? 0 : all.findIndex((entry) => entry.index >= (request.index ?? ''));
    const from = Math.max(0, (found === -1 ? all.length : found) + request.offset);
    const entries = all.slice(from, from + request.limit);
    return { entries, isLast: entries.length < request.limit };
  }

  async task(taskId: string): Promise<TaskView | null> {
    return this.tasks.get(taskId) ?? null;
  }

  async counters(executionId: string): Promise<Readonly<Record<string, TaskCounters>>> {
    return this.progress.get(executionId) ?? {};
  }

  async events(executionId: string, afterVersion: number, limit: number): Promise<readonly ExecutionEvent[]> {
    return (this.#events.get(executionId) ?? []).filter((event) => event.version > afterVersion).slice(0, limit);
  }

  async waitForChange(_executionId: string, timeoutMs: number, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => wake(), timeoutMs);
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake);
      if (signal.aborted) wake();
    });
  }
}

export class FakeStores implements StoreService {
  readonly infos = new Map<string, StoreInfo>();
  readonly browsed: Readonly<Record<string, unknown>>[] = [];

  async info(storeId: string): Promise<StoreInfo | null> {
    return this.infos.get(storeId) ?? null;
  }

  async summary(storeId: string): Promise<StoreSummary | null> {
    return this.infos.get(storeId) ?? null;
  }

  async export(): Promise<Result<StoreExport>> {
    const text = (async function* () {
      yield '{"index":"0","value":1}\n';
    })();
    return ok({ fileName: 'abc.list.name.jsonl', contentType: 'application/x-ndjson', text });
  }

  async indicesByTraceIds(
    _storeId: string,
    query: { readonly traceIds: readonly string[] },
  ): Promise<Result<Readonly<Record<string, string | null>>>> {
    return ok(Object.fromEntries(query.traceIds.map((traceId, index) => [traceId, String(index)])));
  }

  async browse(_storeId: string, options: Readonly<Record<string, unknown>>): Promise<Result<unknown>> {
    this.browsed.push(options);
    return ok({ items: [], isLast: true });
  }

  async dump(storeId: string): Promise<Result<{ readonly fileName: string; readonly entries: AsyncIterable<unknown> }>> {
    if (this.infos.get(storeId)?.type !== 'auditLog') return refuse(makeError('notSupported'));
    const entries = (async function* () {
      yield { index: '0', content: 'a' };
      yield { index: '1', content: 'b' };
    })();
    return ok({ fileName: 'abc.audit_log.name.json', entries });
  }
}

/** A catalogue of one lambda. */
export const fakeLambdas = {
  lambdas: () => [{ name: 'echo', images: ['onedata/lambda-echo'], source: '/lambdas/echo', kind: 'javascript' }],
  report: async () =>
    ({ sandbox: { kind: 'none', detail: 'a test' }, limits: 'none', python: 'none', node: 'none', lambdaCount: 1 }) as const,
};
