/** Sends requests made from the API description of a running server, good, nearly good and hostile ones, while an execution runs. */
import { ApiDescription, type DescribedOperation } from '../support/api-description.ts';
import type { AnswerTimes } from './answer-times.ts';
import type { IdentityProvider } from '../../packages/server/test/support/identity-provider.ts';
import { Random } from '../simulation/random.ts';
import { wireOf, type Draft } from './draft.ts';
import { Executions } from './executions.ts';
import { hostile, nearlyGood, type Strangers } from './mutate.ts';
import { Makers, type Kitchen } from './kitchen.ts';
import { goodRequest } from './recipes.ts';
import { Sender, type Outcome, type Wire } from './sender.ts';
import { Tally } from './tally.ts';
import { makeWorld, SetUpFailed, type World } from './world.ts';

export interface FuzzOptions {
  readonly url: string;
  readonly token: string;
  readonly requests: number;
  readonly seed: number;
  readonly parallel?: number;
  /** The provider at which people log in. */
  readonly identity: IdentityProvider;
  /** What is asked meanwhile goes on. */
  readonly onProgress?: (sent: number, times: AnswerTimes) => Promise<void> | void;
}

export interface FuzzResult {
  readonly tally: Tally;
  /** Operations that can succeed. */
  readonly operationIds: readonly string[];
  /** Of the execution that ran all the while. */
  readonly running: { readonly status: string; readonly itemsProcessed: number };
}

const allMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND'];
/** Of the methods that paths do not have. */
const maxTextShown = 300;

export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const sender = new Sender(options.url);
  try {
    const answer = await sender.send({ method: 'GET', url: '/openapi.json', headers: {}, body: null });
    if (answer.kind !== 'answered') throw new Error('the server has no API description');
    const document = JSON.parse(answer.text);
    const description = new ApiDescription(document);
    const world = await makeWorld(sender, options.token, options.identity);
    const tally = new Tally();
    const run = new Run({ sender, description, schemas: document.components.schemas, world, tally });
    await run.all(options);
    await run.calmDown();
    const able = description.operations.filter(({ text }) => Object.keys(text['responses']).some((status) => /^[23]/.test(status)));
    return { tally, operationIds: able.map(({ operationId }) => operationId), running: await run.running() };
  } finally {
    sender.close();
  }
}

interface Parts {
  readonly sender: Sender;
  readonly description: ApiDescription;
  readonly schemas: object;
  readonly world: World;
  readonly tally: Tally;
}

class Run {
  readonly #parts: Parts;
  readonly #executions: Executions;
  readonly #make: Makers;
  readonly #strangers: Strangers;
  #number = 0;
  #started = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#executions = new Executions(parts.world);
    this.#make = new Makers(parts.world, this.#next);
    const { operations } = parts.description;
    const { admin, member, stranger } = parts.world;
    this.#strangers = {
      admin: admin.token,
      tokens: [null, member.token, member.token, stranger.token, 'no-token'],
      ids: this.#make.ids,
      wrongMethods: (path) => {
        const has = operations.filter((one) => one.path === path).map((one) => one.method);
        return allMethods.filter((method) => !has.includes(method));
      },
    };
  }

  readonly #next = (): number => (this.#number += 1);

  /** Each operation in turn, in several lanes at once. */
  async all({ requests, seed, parallel = 8, onProgress }: FuzzOptions): Promise<void> {
    const { operations } = this.#parts.description;
    const lane = async (index: number): Promise<void> => {
      const random = new Random(seed, `lane ${index}`);
      while (this.#started < requests) {
        const turn = this.#started;
        this.#started += 1;
        await onProgress?.(turn, this.#parts.sender.times);
        const operation = operations[turn % operations.length];
        if (operation !== undefined) await this.#one(operation, random, turn < operations.length);
      }
    };
    await Promise.all(Array.from({ length: parallel }, async (_none, index) => await lane(index)));
  }

  /** The first request of an operation is a good one: it shall succeed however short the run is. */
  async #one(operation: DescribedOperation, random: Random, isFirst: boolean): Promise<void> {
    const kitchen: Kitchen = { world: this.#parts.world, executions: this.#executions, random, make: this.#make, next: this.#next };
    const mode = isFirst ? 'good' : random.weighted({ good: 45, nearly: 30, hostile: 25 });
    let draft: Draft;
    try {
      draft = await goodRequest(kitchen, operation, this.#parts.schemas, mode === 'good');
    } catch (error) {
      if (!(error instanceof SetUpFailed)) throw error;
      this.#parts.tally.problem(`${operation.operationId}: nothing to ask about`, error.message.slice(0, maxTextShown));
      return;
    }
    if (mode === 'nearly') draft = nearlyGood(draft, operation, random, this.#strangers);
    if (mode === 'hostile') draft = hostile(draft, operation, random, this.#strangers);
    const wire = wireOf(operation, draft);
    this.#judge(operation, mode, wire, await this.#parts.sender.send(wire));
  }

  #judge(operation: DescribedOperation, mode: string, wire: Wire, outcome: Outcome): void {
    const { tally, description } = this.#parts;
    // What another method of the path is answered is not a success of the operation.
    const mark = wire.method === operation.method ? '' : `${wire.method} `;
    tally.count(operation.operationId, mark + (outcome.kind === 'answered' ? String(outcome.status) : outcome.kind));
    const asked = `${wire.method} ${wire.url.slice(0, maxTextShown)} ${wire.body?.toString('utf8', 0, maxTextShown) ?? ''}`;
    if (outcome.kind === 'silent') tally.problem(`${operation.operationId}: no answer`, asked);
    if (outcome.kind === 'closed' && mode === 'good') tally.problem(`${operation.operationId}: closed`, `${outcome.why}: ${asked}`);
    if (outcome.kind !== 'answered') return;
    const { status, headers, text } = outcome;
    const shown = `${asked} → ${text.slice(0, maxTextShown)}`;
    if (status >= 500 && status !== 501 && wire.method !== 'PROPFIND') tally.problem(`${operation.operationId}: status ${status}`, shown);
    const contentType = typeof headers['content-type'] === 'string' ? headers['content-type'] : undefined;
    // What the parser of HTTP refuses never was a request.
    if (status === 431 || contentType === undefined || wire.leaveEarly === true) return;
    const problem = description.problem(wire, { status, contentType, text });
    if (problem !== null) tally.problem(problem, shown);
  }

  /** Ends whatever was begun, but for what runs all the while, so that what is held is held by nobody's request. */
  async calmDown(): Promise<void> {
    const { hand, spaceId } = this.#parts.world;
    const summaries = `/api/v3/oneprovider/spaces/${spaceId}/automation/execution/summaries?phase=waiting,ongoing,suspended&limit=1`;
    for (;;) {
      const { atmWorkflowExecutionSummaries: left } = await hand.json('GET', summaries);
      if (left.length === 0) return;
      await hand.make(`/api/v3/oneprovider/spaces/${spaceId}/automation/execution/bulk`, { operation: 'cancel', filter: {} });
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  async running(): Promise<FuzzResult['running']> {
    const { world } = this.#parts;
    const { status, lanes } = (await this.#executions.details(world.runningId)) as any;
    const taskId = Object.values(lanes[0].runs[0].parallelBoxes[0].taskRegistry)[0] as string;
    const { itemsProcessed } = await world.hand.json('GET', `/api/v3/oneprovider/automation/execution/tasks/${taskId}`);
    return { status, itemsProcessed };
  }
}
