/**
 * Datasets: marked files and directories of spaces (data-and-stores R6, R47, §2.3).
 *
 * A dataset keeps the place of the file it marks and not the file: after the file is gone or another one has come,
 * `rootFileDeleted` tells what is there now. Protection flags and archives do not exist here.
 */
import { makeError, newId, ok, posixError, refuse, type Result } from '@laneway/model';
import type { Database } from '../persistence/sql.ts';
import {
  createDataset,
  datasetsAt,
  datasetsBelow,
  deleteDataset,
  findDatasetRoots,
  findDatasets,
  listDatasets,
  setDatasetState,
  type Dataset,
  type DatasetLevel,
  type DatasetRoot,
  type DatasetsBelow,
  type DatasetState,
} from '../persistence/sql/datasets.ts';
import { pathsAbove, sortKeyOf } from './dataset-places.ts';
import { fileIdOf } from './file-id.ts';
import type { Files } from './files.ts';
import type { DatasetFact, DatasetInfo, DatasetService, FileRef } from './port.ts';

/** The places of datasets are in an index, whose entries PostgreSQL limits to about 2,700 bytes. */
const maxPlaceLength = 2_000;

export interface DatasetSummary {
  readonly directDataset: string | null;
  /** Nearest first. */
  readonly effectiveAncestorDatasets: readonly string[];
  readonly effectiveProtectionFlags: readonly string[];
}

export class Datasets implements DatasetService {
  readonly #database: Database;
  readonly #files: Files;

  constructor(database: Database, files: Files) {
    this.#database = database;
    this.#files = files;
  }

  /** Marks the file; `alreadyExists` when it is marked already, `posix` errors when it cannot be read. */
  async create(ref: FileRef): Promise<Result<{ readonly datasetId: string }>> {
    const type = await this.#files.fileType(ref);
    if (!type.ok) return type;
    if (sortKeyOf(ref.path).length > maxPlaceLength) return refuse(posixError('ENAMETOOLONG'));
    const id = newId();
    const outcome = await this.#database.call(createDataset, { id, spaceId: ref.spaceId, path: ref.path, rootFileType: type.value });
    switch (outcome) {
      case 'created':
        return ok({ datasetId: id });
      case 'exists':
        return refuse(makeError('alreadyExists'));
      case 'noSpace':
        return refuse(posixError('ENOENT'));
    }
  }

  /** Detaching lets the file go and keeps the dataset; `alreadyExists` when another dataset marks the file now. */
  async setState(datasetId: string, state: DatasetState): Promise<Result<void>> {
    switch (await this.#database.call(setDatasetState, { id: datasetId, state })) {
      case 'changed':
      case 'unchanged':
        return ok(undefined);
      case 'exists':
        return refuse(makeError('alreadyExists'));
      case 'missing':
        return refuse(makeError('notFound'));
    }
  }

  async remove(datasetId: string): Promise<Result<void>> {
    return (await this.#database.call(deleteDataset, { id: datasetId })) ? ok(undefined) : refuse(makeError('notFound'));
  }

  async find(datasetId: string): Promise<Dataset | null> {
    const [dataset] = await this.#database.call(findDatasets, { ids: [datasetId] });
    return dataset ?? null;
  }

  /** Those roots of a walk that exist in the space, in no particular order. */
  async roots(spaceId: string, ids: readonly string[]): Promise<readonly DatasetRoot[]> {
    return await this.#database.call(findDatasetRoots, { spaceId, ids });
  }

  async factsOf(datasetIds: readonly string[]): Promise<ReadonlyMap<string, DatasetFact>> {
    const datasets = await this.#database.call(findDatasets, { ids: datasetIds });
    const infos = await this.describe(datasets);
    return new Map(datasets.map((dataset, index) => [dataset.id, { spaceId: dataset.spaceId, info: infos[index] as DatasetInfo }]));
  }

  /** Complete info of datasets, in their order. */
  async describe(datasets: readonly Dataset[]): Promise<readonly DatasetInfo[]> {
    const refs = datasets.map(({ spaceId, path }) => ({ fileId: fileIdOf(spaceId, path), spaceId, path }));
    const attributes = await this.#files.attributesOfMany(refs, ['type']);
    await this.#registerRoots(refs);
    const names = new Map<string, string>();
    for (const spaceId of new Set(refs.map((ref) => ref.spaceId))) {
      const space = await this.#files.spaces.get(spaceId);
      if (space !== null) names.set(spaceId, space.name);
    }
    return datasets.map((dataset, index): DatasetInfo => {
      const fileId = refs[index]?.fileId ?? '';
      const name = names.get(dataset.spaceId) ?? dataset.spaceId;
      return {
        datasetId: dataset.id,
        state: dataset.state,
        rootFileId: fileId,
        rootFileType: dataset.rootFileType,
        rootFileDeleted: isGone(attributes.get(fileId)),
        rootFilePath: dataset.path === '' ? `/${name}` : `/${name}/${dataset.path}`,
        protectionFlags: [],
        effectiveProtectionFlags: [],
        parentId: dataset.parentId,
        archiveCount: 0,
        creationTime: dataset.creationTime,
      };
    });
  }

  async list(level: DatasetLevel): Promise<readonly Dataset[]> {
    return await this.#database.call(listDatasets, level);
  }

  async below(params: DatasetsBelow): Promise<readonly Dataset[]> {
    return await this.#database.call(datasetsBelow, params);
  }

  /** What a file has to do with datasets: the one that marks it, and those of the directories above. */
  async summary(ref: FileRef): Promise<DatasetSummary> {
    const above = pathsAbove(ref.path);
    const found = await this.#database.call(datasetsAt, { spaceId: ref.spaceId, paths: [ref.path, ...above] });
    const byPath = new Map(found.map((dataset) => [dataset.path, dataset.id]));
    return {
      directDataset: byPath.get(ref.path) ?? null,
      effectiveAncestorDatasets: above.flatMap((path) => byPath.get(path) ?? []),
      effectiveProtectionFlags: [],
    };
  }

  /** `direct`, `ancestor`, `direct_and_ancestor` or `none`, by file id; one round trip for each space. */
  async inheritanceOf(refs: readonly FileRef[]): Promise<ReadonlyMap<string, string>> {
    const inherited = new Map<string, string>();
    for (const [spaceId, ofSpace] of Map.groupBy(refs, (ref) => ref.spaceId)) {
      const paths = new Set(ofSpace.flatMap((ref) => [ref.path, ...pathsAbove(ref.path)]));
      const marked = new Set((await this.#database.call(datasetsAt, { spaceId, paths: [...paths] })).map((dataset) => dataset.path));
      for (const ref of ofSpace) {
        const isAbove = pathsAbove(ref.path).some((path) => marked.has(path));
        const direct = isAbove ? 'direct_and_ancestor' : 'direct';
        inherited.set(ref.fileId, marked.has(ref.path) ? direct : isAbove ? 'ancestor' : 'none');
      }
    }
    return inherited;
  }

  /** Ids that are handed out have to resolve, also those of files that are gone. */
  async #registerRoots(refs: readonly FileRef[]): Promise<void> {
    for (const [spaceId, ofSpace] of Map.groupBy(refs, (ref) => ref.spaceId)) {
      await this.#files.register(
        spaceId,
        ofSpace.map((ref) => ref.path),
      );
    }
  }
}

const goneErrnos: readonly unknown[] = ['enoent', 'enotdir', 'eloop'];

function isGone(attributes: Result<unknown> | undefined): boolean {
  return attributes === undefined || (!attributes.ok && goneErrnos.includes(attributes.error.details?.['errno']));
}
