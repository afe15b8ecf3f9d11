/** What a space tells about itself besides its name and place (rest §8.6). */
import { defineVerb, type SqlTransaction, type SqlValue } from '../sql.ts';

export interface SpaceDetails {
  readonly description: string;
  readonly organizationName: string;
  readonly tags: readonly string[];
  readonly advertisedInMarketplace: boolean;
  readonly marketplaceContactEmail: string;
}

interface Row {
  readonly description: string;
  readonly organization_name: string;
  readonly tags: string;
  readonly advertised: number;
  readonly contact_email: string;
}

export const getSpaceDetails = defineVerb(
  'getSpaceDetails',
  'read',
  async (tx, params: { readonly id: string }): Promise<SpaceDetails | null> => {
    const sql = 'select description, organization_name, tags, advertised, contact_email from space where id = ?';
    const row = await tx.get<Row>(sql, [params.id]);
    if (row === undefined) return null;
    return {
      description: row.description,
      organizationName: row.organization_name,
      tags: JSON.parse(row.tags) as string[],
      advertisedInMarketplace: row.advertised === 1,
      marketplaceContactEmail: row.contact_email,
    };
  },
);

export type SpaceChange = Partial<SpaceDetails> & { readonly name?: string };

/** As part of a transaction; what is absent stays as it is. False when there is no such space. */
export async function writeSpace(tx: SqlTransaction, id: string, change: SpaceChange): Promise<boolean> {
  const advertised = change.advertisedInMarketplace;
  const values: readonly SqlValue[] = [
    change.name ?? null,
    change.description ?? null,
    change.organizationName ?? null,
    change.tags === undefined ? null : JSON.stringify(change.tags),
    advertised === undefined ? null : Number(advertised),
    change.marketplaceContactEmail ?? null,
    id,
  ];
  const changed = await tx.run(
    `update space set name = coalesce(?, name), description = coalesce(?, description), organization_name = coalesce(?, organization_name),
       tags = coalesce(?, tags), advertised = coalesce(?, advertised), contact_email = coalesce(?, contact_email)
     where id = ?`,
    values,
  );
  return changed === 1;
}

export const updateSpace = defineVerb(
  'updateSpace',
  'control',
  async (tx, params: { readonly id: string; readonly change: SpaceChange }) => await writeSpace(tx, params.id, params.change),
);
