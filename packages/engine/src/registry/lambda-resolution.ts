/**
 * Which lambdas the tasks of an imported workflow schema revision end up with (schemas §11): a lambda that is
 * in the inventory, a copy of it, the original linked in, a copy linked in, or a new one from the supplement.
 * Everything is decided before anything is written, so a refused import leaves nothing behind.
 */
import { makeError, ok, refuse, type ErrorObject, type LambdaRevision, type Result } from '@laneway/model';

/** What an import may do on behalf of whom. */
export interface ImportingClient {
  readonly userId: string;
  /** Holds `oz_atm_inventories_update`. */
  readonly zoneWide: boolean;
}

/** One entry of `supplementaryAtmLambdas`, decoded beforehand; errors matter only when the entry is needed. */
export type Supplement =
  | { readonly kind: 'undecodable'; readonly error: ErrorObject }
  | { readonly kind: 'decoded'; readonly revision: LambdaRevision; readonly checksum: string; readonly invalid: ErrorObject | null };

export interface LambdaReference {
  readonly lambdaId: string;
  readonly revisionNumber: number;
}

export interface Duplicate {
  readonly lambdaId: string;
  /** False: it has no revision of this number. */
  readonly exact: boolean;
}

/** Questions to the registry, answered inside the importing transaction. */
export interface ResolutionView {
  isLinked(lambdaId: string): Promise<boolean>;
  exists(lambdaId: string): Promise<boolean>;
  /** In any inventory. */
  manages(lambdaId: string): Promise<boolean>;
  managesTarget(): Promise<boolean>;
  /** Inventories other than the target where the client manages lambdas. */
  otherManagedInventories(): Promise<readonly string[]>;
  targetInventory(): string;
  /** By origin first, then by checksum (schemas R56). */
  duplicateIn(inventoryId: string, reference: LambdaReference, checksum: string): Promise<Duplicate | null>;
  newId(): string;
}

export interface ResolutionPlan {
  /** `<lambda id>:<revision number>` → id of the lambda to use. */
  readonly lambdaIds: ReadonlyMap<string, string>;
  readonly toLink: ReadonlySet<string>;
  /** Revisions to add to lambdas that exist. */
  readonly toAdd: ReadonlyMap<string, ReadonlyMap<number, LambdaRevision>>;
  /** New lambda id → what it is made from. */
  readonly toCreate: ReadonlyMap<string, { readonly originalId: string; readonly revisions: ReadonlyMap<number, LambdaRevision> }>;
}

export function referenceKey(reference: LambdaReference): string {
  return `${reference.lambdaId}:${reference.revisionNumber}`;
}

type Supplements = (reference: LambdaReference) => Supplement | undefined;

export async function resolveLambdas(
  references: readonly LambdaReference[],
  supplements: Supplements,
  client: ImportingClient,
  view: ResolutionView,
): Promise<Result<ResolutionPlan>> {
  const resolver = new Resolver(client, view);
  for (const reference of references) {
    const error = await resolver.resolve(reference, supplements(reference));
    if (error !== null) return refuse(error);
  }
  return ok(resolver.plan);
}

class Resolver {
  readonly #client: ImportingClient;
  readonly #view: ResolutionView;
  readonly #lambdaIds = new Map<string, string>();
  readonly #toLink = new Set<string>();
  readonly #toAdd = new Map<string, Map<number, LambdaRevision>>();
  readonly #toCreate = new Map<string, { readonly originalId: string; readonly revisions: Map<number, LambdaRevision> }>();

  constructor(client: ImportingClient, view: ResolutionView) {
    this.#client = client;
    this.#view = view;
  }

  get plan(): ResolutionPlan {
    return { lambdaIds: this.#lambdaIds, toLink: this.#toLink, toAdd: this.#toAdd, toCreate: this.#toCreate };
  }

  /** Strategies in order, the first that applies wins (schemas R54–R57); an error when none does. */
  async resolve(reference: LambdaReference, supplement: Supplement | undefined): Promise<ErrorObject | null> {
    const key = referenceKey(reference);
    if (this.#lambdaIds.has(key)) return null;
    if (this.#toLink.has(reference.lambdaId) || (await this.#view.isLinked(reference.lambdaId))) {
      this.#lambdaIds.set(key, reference.lambdaId);
      return null;
    }
    if (supplement?.kind === 'undecodable') return supplement.error;
    const managesTarget = this.#client.zoneWide || (await this.#view.managesTarget());
    return (
      (await this.#reuse(reference, supplement, this.#view.targetInventory(), managesTarget)) ??
      (await this.#linkOriginal(reference, managesTarget)) ??
      (await this.#linkDuplicate(reference, supplement, managesTarget)) ??
      this.#create(reference, supplement, managesTarget) ?? { error: notResolved(reference.lambdaId) }
    ).error;
  }

  async #reuse(
    reference: LambdaReference,
    supplement: Supplement | undefined,
    inventoryId: string,
    mayAdd: boolean,
  ): Promise<{ readonly error: ErrorObject | null } | null> {
    if (supplement?.kind !== 'decoded') return null;
    const duplicate = await this.#view.duplicateIn(inventoryId, reference, supplement.checksum);
    if (duplicate === null || (!duplicate.exact && !mayAdd)) return null;
    if (!duplicate.exact) {
      if (supplement.invalid !== null) return { error: supplement.invalid };
      const added = this.#toAdd.get(duplicate.lambdaId) ?? new Map<number, LambdaRevision>();
      this.#toAdd.set(duplicate.lambdaId, added.set(reference.revisionNumber, supplement.revision));
    }
    if (inventoryId !== this.#view.targetInventory()) this.#toLink.add(duplicate.lambdaId);
    this.#lambdaIds.set(referenceKey(reference), duplicate.lambdaId);
    return { error: null };
  }

  async #linkOriginal(reference: LambdaReference, managesTarget: boolean): Promise<{ readonly error: null } | null> {
    if (!managesTarget) return null;
    const allowed = this.#client.zoneWide ? await this.#view.exists(reference.lambdaId) : await this.#view.manages(reference.lambdaId);
    if (!allowed) return null;
    this.#toLink.add(reference.lambdaId);
    this.#lambdaIds.set(referenceKey(reference), reference.lambdaId);
    return { error: null };
  }

  async #linkDuplicate(
    reference: LambdaReference,
    supplement: Supplement | undefined,
    managesTarget: boolean,
  ): Promise<{ readonly error: ErrorObject | null } | null> {
    if (!managesTarget || this.#client.zoneWide) return null;
    for (const inventoryId of await this.#view.otherManagedInventories()) {
      const reused = await this.#reuse(reference, supplement, inventoryId, true);
      if (reused !== null) return reused;
    }
    return null;
  }

  #create(
    reference: LambdaReference,
    supplement: Supplement | undefined,
    managesTarget: boolean,
  ): { readonly error: ErrorObject | null } | null {
    if (!managesTarget || supplement?.kind !== 'decoded') return null;
    if (supplement.invalid !== null) return { error: supplement.invalid };
    const begun = [...this.#toCreate].find(([, lambda]) => lambda.originalId === reference.lambdaId);
    const [id, lambda] = begun ?? [this.#view.newId(), { originalId: reference.lambdaId, revisions: new Map<number, LambdaRevision>() }];
    lambda.revisions.set(reference.revisionNumber, supplement.revision);
    this.#toCreate.set(id, lambda);
    this.#lambdaIds.set(referenceKey(reference), id);
    return { error: null };
  }
}

function notResolved(lambdaId: string): ErrorObject {
  return makeError('badData', {
    key: 'tasks',
    hint: `lambda "${lambdaId}" was not found or is not available to you; giving it under supplementaryAtmLambdas may help (this needs the privilege to manage lambdas in the inventory)`,
  });
}
