/** Workflow schemas and lambdas by id or name, in the inventories that the caller is in. */
import { gather, type Inventory, type Lambda, type LanewayClient, type WorkflowSchema } from '@laneway/client';
import { choose, looksLikeId, noneOf, type Words } from './choose.ts';
import { findContainer, orNothing } from './find-container.ts';
import { lambdaName } from './newest.ts';

const workflowWords: Words = { one: 'workflow', many: 'workflows', list: 'laneway workflow list' };
const lambdaWords: Words = { one: 'lambda', many: 'lambdas', list: 'laneway lambda list --inventory …' };

type Place = Pick<Inventory, 'atmInventoryId' | 'name'>;

/** The named inventory, or all that the caller is in. */
export async function placesOf(client: LanewayClient, inventory: string | undefined): Promise<readonly Place[]> {
  if (inventory === undefined) return await client.inventories.own();
  const { id, name } = await findContainer(client, 'atm_inventories', inventory);
  return [{ atmInventoryId: id, name }];
}

export async function findWorkflow(client: LanewayClient, given: string): Promise<WorkflowSchema> {
  const byId = looksLikeId(given) ? await orNothing(client.workflows.get(given), 404) : undefined;
  if (byId !== undefined) return byId;
  const found = await everywhere(client, async (id) => await client.workflows.ofInventory(id));
  const view = ({ one, place }: Located<WorkflowSchema>) => ({ id: one.atmWorkflowSchemaId, names: [one.name], note: place });
  const chosen = choose(workflowWords, given, found, view);
  if (chosen === undefined) throw noneOf(workflowWords, given, found.map(view));
  return chosen.one;
}

/** Lambdas are called as their newest revision is. */
export async function findLambda(client: LanewayClient, given: string): Promise<Lambda> {
  const byId = looksLikeId(given) ? await orNothing(client.lambdas.get(given), 404) : undefined;
  if (byId !== undefined) return byId;
  const found = await everywhere(client, async (id) => await client.lambdas.ofInventory(id));
  const distinct = [...new Map(found.map((entry) => [entry.one.atmLambdaId, entry])).values()];
  const view = ({ one, place }: Located<Lambda>) => ({ id: one.atmLambdaId, names: [lambdaName(one)], note: place });
  const chosen = choose(lambdaWords, given, distinct, view);
  if (chosen === undefined) throw noneOf(lambdaWords, given, distinct.map(view));
  return chosen.one;
}

interface Located<T> {
  readonly one: T;
  readonly place: string;
}

async function everywhere<T>(client: LanewayClient, read: (inventoryId: string) => Promise<readonly T[]>): Promise<readonly Located<T>[]> {
  const found = await gather(await client.inventories.own(), async ({ atmInventoryId, name }) =>
    (await read(atmInventoryId)).map((one) => ({ one, place: `in ${name}` })),
  );
  return found.flat();
}
