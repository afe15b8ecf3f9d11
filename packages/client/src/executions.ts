import { followExecution, type ExecutionMessage, type FollowOptions } from './execution-events.ts';
import type {
  BlockerDetails,
  ExecutionDetails,
  ExecutionPage,
  ExecutionSchemaDetails,
  LaneRunSelector,
  ListExecutionsQuery,
  ReceiptDetails,
  ScheduleBody,
  TaskDetails,
} from './shapes.ts';
import type { ExecutionFilter, PodList, SummaryPage } from './extension-shapes.ts';
import type { LogPage } from './stores.ts';
import { sendOnce } from './send-once.ts';
import { idPath, type Transport } from './transport.ts';

const base = '/api/v3/oneprovider/automation/execution';

/** Workflow executions of one server. */
export class ExecutionsApi {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Starts a workflow and answers the id of its execution. It has its effect once, even when it is sent again because an answer was lost. */
  async schedule(body: ScheduleBody): Promise<string> {
    const answer = await sendOnce(
      async (headers) => await this.#transport.json<{ atmWorkflowExecutionId: string }>('POST', `${base}/workflows`, { body, headers }),
    );
    return answer.atmWorkflowExecutionId;
  }

  /** A page of ids of one phase, newest first; `summaries` tells more. */
  async list(spaceId: string, query: ListExecutionsQuery = {}): Promise<ExecutionPage> {
    return await this.#transport.json('GET', idPath`/api/v3/oneprovider/spaces/${spaceId}/automation/execution/workflows`, {
      query: { ...query },
    });
  }

  /** What a list shows, filtered; phase list after phase list, each newest first (extension). */
  async summaries(
    spaceId: string,
    query: ExecutionFilter & { readonly limit?: number; readonly token?: string } = {},
  ): Promise<SummaryPage> {
    return await this.#transport.json('GET', idPath`/api/v3/oneprovider/spaces/${spaceId}/automation/execution/summaries`, {
      query: { ...query },
    });
  }

  /** Where it stands: status, times, lanes with their runs, ids of its tasks and stores. */
  async details(executionId: string): Promise<ExecutionDetails> {
    return await this.#transport.json('GET', base + idPath`/workflows/${executionId}`);
  }

  /** The schema and the lambda revisions that it was scheduled with (extension). */
  async schema(executionId: string): Promise<ExecutionSchemaDetails> {
    return await this.#transport.json('GET', base + idPath`/workflows/${executionId}/schema`);
  }

  /** Answers when the request is registered; reaching `cancelled` follows (rest R84). */
  async cancel(executionId: string, reason?: string): Promise<void> {
    await this.#transport.call('POST', base + idPath`/workflows/${executionId}/cancel`, reason === undefined ? {} : { body: { reason } });
  }

  /** Jobs in flight run to their end first, for at most `deadlineSec` (extension); reaching `paused` follows. */
  async pause(executionId: string, reason?: string, deadlineSec?: number): Promise<void> {
    const body = { ...(reason === undefined ? {} : { reason }), ...(deadlineSec === undefined ? {} : { deadlineSec }) };
    const options = Object.keys(body).length === 0 ? {} : { body };
    await this.#transport.call('POST', base + idPath`/workflows/${executionId}/pause`, options);
  }

  /** Goes on with a paused or interrupted execution. */
  async resume(executionId: string): Promise<void> {
    await this.#transport.call('POST', base + idPath`/workflows/${executionId}/resume`);
  }

  /** Goes on with the next lane of a failed execution. */
  async forceContinue(executionId: string): Promise<void> {
    await this.#transport.call('POST', base + idPath`/workflows/${executionId}/force_continue`);
  }

  /** Runs an ended lane run, and the lanes after it, once more. */
  async rerun(executionId: string, laneRun: LaneRunSelector): Promise<void> {
    const path = base + idPath`/workflows/${executionId}/rerun`;
    await sendOnce(async (headers) => await this.#transport.call('POST', path, { body: laneRun, headers }));
  }

  /** Runs the failed items of an ended lane run once more, and the lanes after it. */
  async retry(executionId: string, laneRun: LaneRunSelector): Promise<void> {
    const path = base + idPath`/workflows/${executionId}/retry`;
    await sendOnce(async (headers) => await this.#transport.call('POST', path, { body: laneRun, headers }));
  }

  /** With its stores and logs; it has to be suspended or ended. */
  async delete(executionId: string): Promise<void> {
    await this.#transport.call('DELETE', base + idPath`/workflows/${executionId}`);
  }

  /** What became of every item, and who stopped the execution (extension). */
  async receipt(executionId: string): Promise<ReceiptDetails> {
    return await this.#transport.json('GET', base + idPath`/workflows/${executionId}/receipt`);
  }

  /** Why the execution is not moving; empty when nothing holds it up (extension). */
  async blockers(executionId: string): Promise<readonly BlockerDetails[]> {
    const answer = await this.#transport.json<{ blockers: readonly BlockerDetails[] }>(
      'GET',
      base + idPath`/workflows/${executionId}/blockers`,
    );
    return answer.blockers;
  }

  /** What runs its lambdas on the node that answers (extension). */
  async pods(executionId: string): Promise<PodList> {
    return await this.#transport.json('GET', base + idPath`/workflows/${executionId}/pods`);
  }

  /** The newest events of a pod, newest first (extension). */
  async podEvents(executionId: string, podId: string): Promise<LogPage> {
    return await this.#transport.json('GET', base + idPath`/workflows/${executionId}/pods/${podId}/events`);
  }

  /** A task in one run of its lane: what it counted, and the ids of its stores. */
  async task(taskId: string): Promise<TaskDetails> {
    return await this.#transport.json('GET', base + idPath`/tasks/${taskId}`);
  }

  /** State changes as they happen, resumed after broken connections. */
  follow(executionId: string, options: FollowOptions = {}): AsyncGenerator<ExecutionMessage> {
    return followExecution(this.#transport, executionId, options);
  }
}
