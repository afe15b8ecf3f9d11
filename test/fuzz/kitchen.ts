/** What recipes have at hand: the world, executions, and makers of what may be lost. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../simulation/random.ts';
import type { Draft } from './draft.ts';
import type { Executions } from './executions.ts';
import { op, oz, person, plainDump, type World } from './world.ts';

export interface Kitchen {
  readonly world: World;
  readonly executions: Executions;
  readonly random: Random;
  readonly make: Makers;
  /** Another number each time. */
  readonly next: () => number;
}

/** The request will be good and be sent as it is; otherwise what is costly may be left out. */
export type Recipe = (kitchen: Kitchen, inEarnest: boolean) => Promise<Partial<Draft>>;
export type Recipes = Readonly<Record<string, Recipe>>;

export class Makers {
  readonly #world: World;
  readonly #next: () => number;
  /** Ids of what nobody will miss. */
  readonly ids: string[] = [];

  constructor(world: World, next: () => number) {
    this.#world = world;
    this.#next = next;
  }

  #lost(id: string): string {
    this.ids.push(id);
    if (this.ids.length > 200) this.ids.shift();
    return id;
  }

  async #of(url: string, body: unknown): Promise<string> {
    return this.#lost(await this.#world.hand.make(url, body));
  }

  readonly space = async (): Promise<string> => await this.#of(`${oz}/user/spaces`, { name: `space ${this.#next()}` });
  readonly inventory = async (): Promise<string> => await this.#of(`${oz}/user/atm_inventories`, { name: `inventory ${this.#next()}` });
  readonly group = async (): Promise<string> => await this.#of(`${oz}/user/groups`, { name: `group ${this.#next()}` });
  readonly user = async (): Promise<string> => await this.#of(`${oz}/users`, { fullName: `User ${this.#next()}` });
  readonly token = async (): Promise<string> => await this.#of(`${oz}/user/tokens/named`, { name: `token ${this.#next()}` });
  readonly victim = async () => await person(this.#world.hand, `Victim ${this.#next()}`);
  readonly schema = async (): Promise<string> =>
    await this.#of(`${oz}/atm_workflow_schemas`, { ...plainDump, name: `schema ${this.#next()}`, atmInventoryId: this.#world.inventoryId });
  readonly lambda = async (): Promise<string> =>
    await this.#of(`${oz}/atm_lambdas`, { ...lambdaDump(), atmInventoryId: this.#world.inventoryId });

  /** A new file, by its id. */
  readonly file = async (): Promise<string> => {
    const name = `file-${this.#next()}`;
    writeFileSync(join(this.#world.directory, name), name);
    return (await this.#world.hand.json('POST', `${op}/lookup-file-id/${this.#world.spaceName}/${name}`)).fileId;
  };

  readonly dataset = async (): Promise<string> =>
    this.#lost(await this.#world.hand.make(`${op}/datasets`, { rootFileId: await this.file() }));
}

export function lambdaDump(): any {
  return structuredClone((plainDump as any).revision.supplementaryAtmLambdas.echo['1']);
}

export function workflowRevisionDump(): any {
  return structuredClone((plainDump as any).revision);
}
