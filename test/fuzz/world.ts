/** What the requests are about: people, spaces with files, inventories, workflows, executions. What may be lost is kept apart. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowDump } from '@laneway/client';
import { echoDump } from '../../bench/echo-workflow.ts';
import type { IdentityProvider } from '../../packages/server/test/support/identity-provider.ts';
import type { Outcome, Sender } from './sender.ts';

export const op = '/api/v3/oneprovider';
export const oz = '/api/v3/onezone';

export class SetUpFailed extends Error {}

function succeeded(outcome: Outcome, what: string): Outcome & { readonly kind: 'answered' } {
  if (outcome.kind === 'answered' && outcome.status < 400) return outcome;
  throw new SetUpFailed(`${what}: ${outcome.kind === 'answered' ? `${outcome.status} ${outcome.text}` : outcome.kind}`);
}

export interface Person {
  readonly id: string;
  readonly token: string;
}

/** Requests that have to succeed, of the fuzzer itself. */
export class Hand {
  readonly #sender: Sender;
  readonly #admin: string;

  constructor(sender: Sender, admin: string) {
    this.#sender = sender;
    this.#admin = admin;
  }

  async ask(method: string, url: string, body?: unknown, token = this.#admin): Promise<Outcome & { readonly kind: 'answered' }> {
    const headers = { 'x-auth-token': token, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    const outcome = await this.#sender.send({ method, url, headers, body: body === undefined ? null : Buffer.from(JSON.stringify(body)) });
    return succeeded(outcome, `${method} ${url}`);
  }

  /** A body that is no JSON. */
  async raw(method: string, url: string, type: string, body: Buffer): Promise<Outcome & { readonly kind: 'answered' }> {
    return succeeded(
      await this.#sender.send({ method, url, headers: { 'x-auth-token': this.#admin, 'content-type': type }, body }),
      `${method} ${url}`,
    );
  }

  async json(method: string, url: string, body?: unknown, token?: string): Promise<any> {
    return JSON.parse((await this.ask(method, url, body, token)).text);
  }

  /** By headers, without a token of the fuzzer. */
  async #with(method: string, url: string, headers: Readonly<Record<string, string>>): Promise<Outcome & { readonly kind: 'answered' }> {
    return succeeded(await this.#sender.send({ method, url, headers, body: null }), `${method} ${url}`);
  }

  async jsonIn(url: string, headers: Readonly<Record<string, string>>): Promise<any> {
    return JSON.parse((await this.#with('GET', url, headers)).text);
  }

  /** What a browser keeps of the answer. */
  async cookies(method: string, url: string, headers: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>> {
    return cookiesOf(await this.#with(method, url, headers));
  }

  /** Where a browser is sent on to, and what it keeps. */
  async sentTo(
    method: string,
    url: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly address: string; readonly cookies: Readonly<Record<string, string>> }> {
    const answer = await this.#with(method, url, headers);
    const address = answer.status === 302 ? answer.headers['location'] : JSON.parse(answer.text).url;
    return { address: String(address), cookies: cookiesOf(answer) };
  }

  /** The id of what was made. */
  async make(url: string, body: unknown, token?: string): Promise<string> {
    return (
      String((await this.ask('POST', url, body, token)).headers['location'])
        .split('/')
        .at(-1) ?? ''
    );
  }
}

function cookiesOf(answer: Outcome & { readonly kind: 'answered' }): Readonly<Record<string, string>> {
  const given = [answer.headers['set-cookie'] ?? []].flat() as string[];
  return Object.fromEntries(given.map((text) => [text.split('=')[0] ?? '', text.split(';')[0]?.split('=').slice(1).join('=') ?? '']));
}

/** `good` ends, `bad` fails in its first lane of two, `slow` goes on for two minutes. */
export type FlowName = 'good' | 'bad' | 'slow';

export interface World {
  readonly hand: Hand;
  readonly admin: Person;
  /** A member of the space and the inventory with few rights, and somebody who is in neither. */
  readonly member: Person;
  readonly stranger: Person;
  readonly identity: IdentityProvider;
  readonly providerId: string;
  readonly spaceId: string;
  readonly spaceName: string;
  readonly directory: string;
  readonly dirId: string;
  readonly inventoryId: string;
  readonly groupId: string;
  readonly flows: Readonly<Record<FlowName, string>>;
  readonly lambdaId: string;
  /** Goes on all the time, in a space of its own. */
  readonly runningId: string;
}

function flowDump(name: FlowName): WorkflowDump {
  const dump = structuredClone(echoDump(5, { sleepSec: name === 'slow' ? 60 : 0 })) as any;
  const revision = dump.revision.atmWorkflowSchemaRevision;
  revision.stores[0].defaultInitialContent = [1, 2, 3, 4, 5, 6];
  if (name === 'bad') {
    const [lane] = revision.lanes;
    lane.parallelBoxes[0].tasks[0].lambdaConfig.exceptionProbability = 1;
    const second = structuredClone(lane);
    second.id = 'second';
    second.parallelBoxes[0].id = 'second-box';
    second.parallelBoxes[0].tasks[0].id = 'second-echo';
    second.parallelBoxes[0].tasks[0].lambdaConfig.exceptionProbability = 0;
    revision.lanes.push(second);
  }
  return { ...dump, name } as WorkflowDump;
}

/** A definition as it is created; another one each time is not needed. */
export const plainDump: WorkflowDump = echoDump(10);

export async function person(hand: Hand, name: string): Promise<Person> {
  const id = await hand.make(`${oz}/users`, { fullName: name });
  const { token } = await hand.json('POST', `${oz}/users/${id}/tokens/named`, { name: 'first' });
  return { id, token };
}

/** Its batches sleep a little, so that they end again and again. */
async function scheduleRunning(hand: Hand, inventoryId: string): Promise<string> {
  const spaceId = await hand.make(`${oz}/user/spaces`, { name: 'quiet' });
  const schemaId = await hand.make(`${oz}/atm_workflow_schemas`, {
    ...echoDump(10, { sleepSec: 0.5, input: 'range' }),
    name: 'running',
    atmInventoryId: inventoryId,
  });
  return await schedule(hand, { spaceId, schemaId, overlay: { input: { start: 0, end: 10_000_000, step: 1 } } });
}

export async function schedule(
  hand: Hand,
  what: { readonly spaceId: string; readonly schemaId: string; readonly overlay?: object },
): Promise<string> {
  return await hand.make(`${op}/automation/execution/workflows`, {
    spaceId: what.spaceId,
    atmWorkflowSchemaId: what.schemaId,
    atmWorkflowSchemaRevisionNumber: 1,
    ...(what.overlay === undefined ? {} : { storeInitialContentOverlay: what.overlay }),
  });
}

export async function makeWorld(sender: Sender, adminToken: string, identity: IdentityProvider): Promise<World> {
  const hand = new Hand(sender, adminToken);
  const { userId } = await hand.json('GET', `${oz}/user`);
  const directory = mkdtempSync(join(tmpdir(), 'laneway-fuzz-'));
  for (const name of ['a.txt', 'b.txt', 'c.txt']) writeFileSync(join(directory, name), `content of ${name}`);
  const spaceName = 'fuzzed';
  const spaceId = await hand.make(`${oz}/user/spaces`, { name: spaceName, path: directory });
  const { providers } = await hand.json('GET', `${oz}/spaces/${spaceId}`);
  const inventoryId = await hand.make(`${oz}/user/atm_inventories`, { name: 'fuzzed' });
  const [member, stranger] = [await person(hand, 'Member'), await person(hand, 'Stranger')];
  await hand.ask('PUT', `${oz}/spaces/${spaceId}/users/${member.id}`, {});
  await hand.ask('PUT', `${oz}/atm_inventories/${inventoryId}/users/${member.id}`, {});
  const groupId = await hand.make(`${oz}/user/groups`, { name: 'fuzzed' });
  await hand.ask('PUT', `${oz}/spaces/${spaceId}/groups/${groupId}`, {});
  const flow = async (name: FlowName): Promise<string> =>
    await hand.make(`${oz}/atm_workflow_schemas`, { ...flowDump(name), atmInventoryId: inventoryId });
  const flows = { good: await flow('good'), bad: await flow('bad'), slow: await flow('slow') };
  const { atm_lambdas: lambdas } = await hand.json('GET', `${oz}/atm_workflow_schemas/${flows.good}/atm_lambdas`);
  const { fileId } = await hand.json('POST', `${op}/lookup-file-id/${spaceName}`);
  const runningId = await scheduleRunning(hand, inventoryId);
  return {
    hand,
    admin: { id: userId, token: adminToken },
    member,
    stranger,
    identity,
    providerId: Object.keys(providers)[0] ?? '',
    spaceId,
    spaceName,
    directory,
    dirId: fileId,
    inventoryId,
    groupId,
    flows,
    lambdaId: lambdas[0],
    runningId,
  };
}
