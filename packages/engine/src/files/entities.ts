/** What values may refer to besides files, from the database. */
import type { Database } from '../persistence/sql.ts';
import { groupsInSpace } from '../persistence/sql/groups.ts';
import { memberSpaces } from '../persistence/sql/effective-memberships.ts';
import type { Datasets } from './datasets.ts';
import type { DatasetFact, EntityService, GroupInfo } from './port.ts';

export class Entities implements EntityService {
  readonly #database: Database;
  readonly #datasets: Datasets;

  constructor(database: Database, datasets: Datasets) {
    this.#database = database;
    this.#datasets = datasets;
  }

  async factsOf(datasetIds: readonly string[]): Promise<ReadonlyMap<string, DatasetFact>> {
    return await this.#datasets.factsOf(datasetIds);
  }

  async groupsOfSpace(spaceId: string, groupIds: readonly string[]): Promise<ReadonlyMap<string, GroupInfo>> {
    const groups = await this.#database.call(groupsInSpace, { spaceId, ids: groupIds });
    return new Map(groups.map(({ id, name, type }) => [id, { groupId: id, name, type }]));
  }

  async spacesOf(userId: string, spaceIds: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set(await this.#database.call(memberSpaces, { userId, spaceIds }));
  }
}
