/** Revisions of lambdas: immutable except for their state (rest R120); dumps are of one revision (rest §8.4). */
import {
  decodeLambdaRevisionDump,
  enumField,
  formatVersionField,
  lambdaDump,
  lambdaRevisionDump,
  lifecycleStates,
  makeError,
  objectField,
  type LambdaRevision,
} from '@laneway/model';
import { notFound } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { zoneData } from '../http/fields.ts';
import { Refusal } from '../http/refusal.ts';
import { json, noContent, type Call, type Route } from '../http/route.ts';
import { includedRevision, revisionInPath, revisionNumberOf, revisionOf } from './chosen-revision.ts';
import { checkedRevision, enterLambda } from './lambda-access.ts';

const prefix = '/api/v3/onezone';
const path = '/atm_lambdas/{id}';

async function insert({ registry }: ServerDeps, lambdaId: string, number: number, revision: LambdaRevision): ReturnType<Route['handle']> {
  switch (await registry.addLambdaRevision(lambdaId, number, revision)) {
    case 'added':
      return noContent;
    case 'missing':
      throw notFound();
    case 'exists':
      throw new Refusal(makeError('alreadyExists'));
  }
}

/** Under the number that it comes with (schemas R39). */
export async function addRevision(deps: ServerDeps, call: Call): ReturnType<Route['handle']> {
  const { lambda } = await enterLambda(deps, call, 'manage_lambdas');
  const optional = { schemaFormatVersion: formatVersionField };
  const { revision: dump } = zoneData(call.body, { required: { revision: objectField() }, optional });
  const { revisionNumber, revision } = checkedRevision(decodeLambdaRevisionDump(dump));
  return await insert(deps, lambda.id, revisionNumber ?? 1, revision);
}

/** Under the number of the path, or with `auto` under the one that it comes with (schemas R40). */
async function insertRevision(deps: ServerDeps, call: Call): ReturnType<Route['handle']> {
  const { lambda } = await enterLambda(deps, call, 'manage_lambdas');
  const number = revisionNumberOf(call.param('rid'), 'targetRevisionNumber', 'auto');
  const dump = checkedRevision(decodeLambdaRevisionDump(call.body, number === null ? 'body' : 'path'));
  return await insert(deps, lambda.id, number ?? dump.revisionNumber ?? 1, dump.revision);
}

/** A revision that is not there is 404 for everyone (schemas R41). */
async function changeState(deps: ServerDeps, call: Call): ReturnType<Route['handle']> {
  const rid = call.param('rid');
  const known = await deps.registry.lambda(call.param('id'));
  if (known === null || revisionOf(known, rid) === undefined) throw notFound();
  const { lambda } = await enterLambda(deps, call, 'manage_lambdas');
  const { state } = zoneData(call.body, { required: { state: enumField(lifecycleStates) } });
  if (!(await deps.registry.setLambdaRevisionState(lambda.id, Number(rid), state))) throw notFound();
  return noContent;
}

async function dump(deps: ServerDeps, call: Call): ReturnType<Route['handle']> {
  const { lambda } = await enterLambda(deps, call, 'member');
  const { number, revision } = includedRevision(call, lambda);
  return json(lambdaDump(lambda.id, number, revision));
}

async function dumpRevision(deps: ServerDeps, call: Call): ReturnType<Route['handle']> {
  const { lambda } = await enterLambda(deps, call, 'member');
  const { number, revision } = revisionInPath(call, lambda);
  return json(lambdaRevisionDump(number, revision));
}

export function lambdaRevisionRoutes(deps: ServerDeps): Route[] {
  return [
    {
      prefix,
      method: 'POST',
      path: `${path}/dump`,
      operationId: 'dump_atm_lambda',
      readsOnly: true,
      summary: 'Export a lambda with one revision',
      body: 'json',
      parameters: [{ name: 'includeRevision', in: 'body', text: 'revision number; required' }],
      handle: async (call) => await dump(deps, call),
    },
    {
      prefix,
      method: 'PUT',
      path: `${path}/revision/{rid}`,
      operationId: 'insert_atm_lambda_revision',
      summary: 'Add a revision under a number, or under its original one with auto',
      body: 'json',
      handle: async (call) => await insertRevision(deps, call),
    },
    {
      prefix,
      method: 'PATCH',
      path: `${path}/revision/{rid}`,
      operationId: 'modify_atm_lambda_revision',
      summary: 'Change the state of a revision',
      body: 'json',
      parameters: [{ name: 'state', in: 'body', text: 'draft, stable or deprecated; required' }],
      handle: async (call) => await changeState(deps, call),
    },
    {
      prefix,
      method: 'POST',
      path: `${path}/revision/{rid}/dump`,
      operationId: 'dump_atm_lambda_revision',
      readsOnly: true,
      summary: 'Export one revision',
      body: 'json',
      handle: async (call) => await dumpRevision(deps, call),
    },
  ];
}
