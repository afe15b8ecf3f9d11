/** How each operation of Onezone is called on a scene: what its path names, and its body. */
import { newId } from '@laneway/model';
import { lambdaRevision, workflowRevision, type Person } from '../support/world.ts';
import type { ZoneScene } from './zone-scene.ts';

export interface ZoneCall {
  readonly scene: ZoneScene;
  readonly operationId: string;
  readonly path: string;
  readonly about: string;
  readonly caller: Person | null;
}

/** Values of the parameters of the path, in its order. */
export async function parametersOf(call: ZoneCall): Promise<readonly (readonly [name: string, value: string])[]> {
  const names = [...call.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  const values: [string, string][] = [];
  for (const name of names) values.push([name, await parameterOf(call, name)]);
  return values;
}

async function parameterOf(call: ZoneCall, name: string): Promise<string> {
  const { scene, path, operationId, about, caller } = call;
  switch (name) {
    case 'id':
      return await entityOf(call);
    case 'uid':
      if (about === 'self') return caller?.id ?? scene.people.subject.id;
      if (about === 'creator') return scene.people.owner.id;
      return userOf(call).id;
    case 'gid':
      if (operationId.startsWith('add_group_to_')) return await scene.group();
      if (!path.startsWith('/groups/')) return await scene.foreignGroup();
      if (path.endsWith('/{aiid}')) return await scene.groupWithin('atm_inventory');
      return path.endsWith('/{sid}') ? await scene.groupWithin('space') : await scene.group();
    case 'aiid':
      return operationId === 'link_atm_lambda' ? await scene.secondInventory() : await scene.inventory();
    case 'sid':
      return await scene.space();
    case 'rid':
      return operationId.startsWith('insert_') ? '2' : '1';
    case 'name':
      await scene.token();
      return scene.tokenName;
    default:
      throw new Error(`nobody knows what ${name} of ${path} is`);
  }
}

async function entityOf({ scene, path, about, caller }: ZoneCall): Promise<string> {
  switch (path.split('/')[1] ?? '') {
    case 'atm_inventories':
      return await scene.inventory();
    case 'spaces':
      return await scene.space();
    case 'groups':
      return await scene.group();
    case 'atm_lambdas':
      return await scene.lambda();
    case 'atm_workflow_schemas':
      return await scene.workflowSchema();
    case 'tokens':
      return await scene.token();
    case 'users':
      return about === 'self' && caller !== null ? caller.id : scene.people.subject.id;
    default:
      throw new Error(`nobody knows what {id} of ${path} is`);
  }
}

/** Whom the operation is about: he who is to come in is in nothing, he who is to go is the second owner. */
function userOf({ scene, operationId }: ZoneCall): Person {
  const { host, subject, other } = scene.people;
  if (operationId === 'remove_space_owner') return host;
  // The host is in no inventory, but owns spaces.
  if (operationId === 'add_atm_inventory_user') return host;
  return operationId === 'add_space_user' ? other : subject;
}

const lambda = (): object => ({ originalRevisionNumber: 2, atmLambdaRevision: lambdaRevision() });
const workflow = (): object => ({
  originalRevisionNumber: 2,
  atmWorkflowSchemaRevision: workflowRevision([]),
  supplementaryAtmLambdas: {},
});
const soon = (): object => ({ type: 'time', validUntil: Math.floor(Date.now() / 1000) + 600 });

type Body = (scene: ZoneScene) => Promise<object> | object;

const named: Body = () => ({ name: newId() });
const granting =
  (privilege: string): Body =>
  () => ({ grant: [privilege] });
const tokenOf =
  (type: 'act' | 'idn'): Body =>
  async (scene) => ({ token: (await scene.newToken(scene.people.subject, type)).token });
const inviting =
  (code: Parameters<ZoneScene['invitation']>[0]): Body =>
  async (scene) => ({ token: await scene.invitation(code) });

const bodies: Readonly<Record<string, Body>> = {
  create_user_atm_inventory: named,
  join_atm_inventory: inviting('uji'),
  create_group_atm_inventory: named,
  group_join_atm_inventory: inviting('gji'),
  create_atm_inventory: named,
  modify_atm_inventory: named,
  update_user_atm_inventory_privileges: granting('atm_inventory_view'),
  update_group_atm_inventory_privileges: granting('atm_inventory_view'),
  create_atm_inventory_group: named,
  create_atm_lambda: async (scene) => ({ atmInventoryId: await scene.inventory(), revision: lambda() }),
  modify_atm_lambda: () => ({ revision: lambda() }),
  insert_atm_lambda_revision: lambda,
  modify_atm_lambda_revision: () => ({ state: 'deprecated' }),
  dump_atm_lambda: () => ({ includeRevision: 1 }),
  create_atm_workflow_schema: async (scene) => ({ atmInventoryId: await scene.inventory(), name: 'made' }),
  modify_atm_workflow_schema: named,
  insert_atm_workflow_schema_revision: workflow,
  dump_atm_workflow_schema: () => ({ includeRevision: 1 }),
  create_user_space: named,
  join_space: inviting('ujs'),
  create_group_space: named,
  group_join_space: inviting('gjs'),
  create_space: named,
  modify_space: named,
  update_user_space_privileges: granting('space_view'),
  update_group_space_privileges: granting('space_view'),
  create_space_group: named,
  modify_current_user: () => ({ fullName: 'New Name' }),
  toggle_user_access_block: () => ({ blocked: true }),
  create_user: () => ({ fullName: 'New User' }),
  update_user_privileges: granting('oz_spaces_list'),
  update_group_privileges: granting('oz_spaces_list'),
  create_named_token_for_current_user: named,
  modify_named_token: () => ({ customMetadata: { note: 'changed' } }),
  create_temporary_token_for_current_user: () => ({ caveats: [soon()] }),
  examine_token: tokenOf('act'),
  confine_token: async (scene) => ({ token: (await scene.newToken(scene.people.subject, 'act')).token, caveats: [soon()] }),
  verify_access_token: tokenOf('act'),
  verify_identity_token: tokenOf('idn'),
  verify_invite_token: inviting('uji'),
  infer_access_token_scope: tokenOf('act'),
};

/** undefined when the operation takes none. */
export async function bodyOf({ scene, operationId }: ZoneCall): Promise<object | undefined> {
  return await bodies[operationId]?.(scene);
}
