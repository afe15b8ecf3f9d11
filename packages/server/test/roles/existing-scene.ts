/** One of each thing of Onezone, related to the others, for requests about any of them. */
import { idOf, oz, Relations } from '../support/relations.ts';
import { lambdaRevision, workflowRevision, type Person, type World } from '../support/world.ts';

export interface ExistingScene {
  readonly owner: Person;
  readonly user: Person;
  readonly groups: Readonly<Record<'outer' | 'middle' | 'inner', string>>;
  readonly space: string;
  readonly inventory: string;
  readonly lambda: string;
  readonly schema: string;
  readonly token: string;
}

/** The user is in `inner`, that in `middle`, that in `outer`; user and `middle` are in the space and in the inventory. */
export async function newExistingScene(world: World): Promise<ExistingScene> {
  const relations = new Relations(world);
  const [owner, user] = [await world.person('Owner'), await world.person('User')];
  const [outer, middle, inner] = [await relations.group(owner), await relations.group(owner), await relations.group(owner)];
  const [space, inventory] = [await world.space(owner, 'space'), await world.inventory(owner)];
  await relations.join(`groups/${outer}/children/${middle}`);
  await relations.join(`groups/${middle}/children/${inner}`);
  for (const group of [outer, middle, inner]) await relations.join(`groups/${group}/users/${user.id}`);
  for (const place of [`spaces/${space}`, `atm_inventories/${inventory}`]) {
    await relations.join(`${place}/users/${user.id}`);
    await relations.join(`${place}/groups/${middle}`);
  }
  const revision = { originalRevisionNumber: 1, atmLambdaRevision: lambdaRevision() };
  const lambda = await world.post(`${oz}/atm_lambdas`, owner, { atmInventoryId: inventory, revision });
  const written = { originalRevisionNumber: 1, atmWorkflowSchemaRevision: workflowRevision([]) };
  const schema = await world.post(`${oz}/atm_workflow_schemas`, owner, { atmInventoryId: inventory, name: 'flow', revision: written });
  const token = (await world.post(`${oz}/user/tokens/named`, user, { name: 'known' })).body.tokenId as string;
  return { owner, user, groups: { outer, middle, inner }, space, inventory, lambda: idOf(lambda), schema: idOf(schema), token };
}

/** The path of an operation with the ids of the scene. */
export function pathOn(scene: ExistingScene, path: string, providerId: string): string {
  return path.replaceAll(/\{…?(\w+)\}/g, (_, name: string) => idFor(scene, path, name, providerId));
}

function idFor(scene: ExistingScene, path: string, name: string, providerId: string): string {
  const { groups } = scene;
  const first = path.split('/')[1];
  switch (name) {
    case 'id':
      if (first === 'groups') return groups.middle;
      if (first === 'tokens') return scene.token;
      return {
        spaces: scene.space,
        atm_inventories: scene.inventory,
        atm_lambdas: scene.lambda,
        atm_workflow_schemas: scene.schema,
        users: scene.user.id,
      }[first ?? '']!;
    case 'uid':
      return path.includes('/owners/') ? scene.owner.id : scene.user.id;
    case 'gid':
      if (path.includes('parents/')) return groups.outer;
      return path.includes('children/') ? groups.inner : groups.middle;
    case 'aiid':
      return scene.inventory;
    case 'sid':
      return scene.space;
    case 'pid':
      return providerId;
    case 'rid':
      return '1';
    case 'name':
      return 'known';
    default:
      return scene.token;
  }
}
