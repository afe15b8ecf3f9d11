/** Named tokens. */
import type { NamedToken } from '../../registry/types.ts';
import type { TokenTypeText } from '../../registry/token-types.ts';
import { defineVerb, type SqlTransaction } from '../sql.ts';
import { seconds } from './accounts.ts';

interface TokenRow {
  readonly id: string;
  readonly user_id: string;
  readonly name: string;
  readonly type: string;
  readonly caveats: string;
  readonly metadata: string;
  readonly secret: string;
  readonly revoked: number;
  readonly creation_time: number;
  readonly usage_limit: number | null;
  readonly usage_count: number;
  readonly privileges: string | null;
}

const tokenColumns = 'id, user_id, name, type, caveats, metadata, secret, revoked, creation_time, usage_limit, usage_count, privileges';

function tokenOf(row: TokenRow): NamedToken {
  return {
    id: row.id,
    userId: row.user_id,
    name: row.name,
    type: row.type,
    caveats: JSON.parse(row.caveats) as unknown[],
    customMetadata: JSON.parse(row.metadata) as unknown,
    secret: row.secret,
    revoked: row.revoked === 1,
    creationTime: row.creation_time,
    invitation: {
      usageLimit: row.usage_limit,
      usageCount: row.usage_count,
      privileges: row.privileges === null ? null : (JSON.parse(row.privileges) as string[]),
    },
  };
}

/** The row of a token; with `lock` it stays as it is until the transaction ends. */
export async function namedToken(tx: SqlTransaction, tokenId: string, lock = false): Promise<NamedToken | null> {
  const suffix = lock ? tx.dialect.forUpdate : '';
  const row = await tx.get<TokenRow>(`select ${tokenColumns} from named_token where id = ?${suffix}`, [tokenId]);
  return row === undefined ? null : tokenOf(row);
}

export interface NewNamedToken {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly type: TokenTypeText;
  readonly caveats: readonly unknown[];
  readonly customMetadata: unknown;
  readonly secret: string;
  readonly revoked: boolean;
  readonly usageLimit: number | null;
  readonly privileges: readonly string[] | null;
}

/**
 * With PostgreSQL: who gives a subject's token this name waits for others who do. Whoever renames has looked whether it is free, and would
 * fail if another came in between.
 */
async function holdName(tx: SqlTransaction, userId: string, name: string): Promise<void> {
  if (tx.dialect.name === 'postgres') await tx.all('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`${userId} ${name}`]);
}

export async function insertToken(tx: SqlTransaction, token: NewNamedToken): Promise<boolean> {
  await holdName(tx, token.userId, token.name);
  const added = await tx.run(
    `insert into named_token (${tokenColumns}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?) on conflict do nothing`,
    [
      token.id,
      token.userId,
      token.name,
      token.type,
      JSON.stringify(token.caveats),
      JSON.stringify(token.customMetadata),
      token.secret,
      token.revoked ? 1 : 0,
      await seconds(tx),
      token.usageLimit,
      token.privileges === null ? null : JSON.stringify(token.privileges),
    ],
  );
  return added === 1;
}

/** False when the user has a token of this name. */
export const createNamedToken = defineVerb(
  'createNamedToken',
  'control',
  async (tx, params: NewNamedToken) => await insertToken(tx, params),
);

export const getNamedToken = defineVerb(
  'getNamedToken',
  'read',
  async (tx, params: { readonly tokenId: string }) => await namedToken(tx, params.tokenId),
);

export const findNamedToken = defineVerb(
  'findNamedToken',
  'read',
  async (tx, params: { readonly userId: string; readonly name: string }) => {
    const row = await tx.get<TokenRow>(`select ${tokenColumns} from named_token where user_id = ? and name = ?`, [
      params.userId,
      params.name,
    ]);
    return row === undefined ? null : tokenOf(row);
  },
);

/** `userId` null = of everybody. */
export const listNamedTokens = defineVerb('listNamedTokens', 'read', async (tx, params: { readonly userId: string | null }) => {
  const rows =
    params.userId === null
      ? await tx.all<{ id: string }>('select id from named_token order by id')
      : await tx.all<{ id: string }>('select id from named_token where user_id = ? order by id', [params.userId]);
  return rows.map((row) => row.id);
});

export const readNamedTokens = defineVerb('readNamedTokens', 'read', async (tx, params: { readonly userId: string }) => {
  const rows = await tx.all<TokenRow>(`select ${tokenColumns} from named_token where user_id = ? order by id`, [params.userId]);
  return rows.map(tokenOf);
});

export type TokenChange = 'done' | 'nameTaken' | 'missing';

export const updateNamedToken = defineVerb(
  'updateNamedToken',
  'control',
  async (
    tx,
    params: { readonly tokenId: string; readonly name: string | null; readonly revoked: boolean | null; readonly metadata: string | null },
  ): Promise<TokenChange> => {
    const { tokenId, name, revoked, metadata } = params;
    const row = await tx.get<{ user_id: string }>(`select user_id from named_token where id = ?${tx.dialect.forUpdate}`, [tokenId]);
    if (row === undefined) return 'missing';
    if (name !== null) {
      await holdName(tx, row.user_id, name);
      const taken = await tx.get<{ id: string }>('select id from named_token where user_id = ? and name = ? and id <> ?', [
        row.user_id,
        name,
        tokenId,
      ]);
      if (taken !== undefined) return 'nameTaken';
    }
    await tx.run(
      'update named_token set name = coalesce(?, name), revoked = coalesce(?, revoked), metadata = coalesce(?, metadata) where id = ?',
      [name, revoked === null ? null : revoked ? 1 : 0, metadata, tokenId],
    );
    return 'done';
  },
);

export const deleteNamedToken = defineVerb('deleteNamedToken', 'control', async (tx, params: { readonly tokenId: string }) => {
  return (await tx.run('delete from named_token where id = ?', [params.tokenId])) === 1;
});

export const deleteNamedTokens = defineVerb('deleteNamedTokens', 'control', async (tx, params: { readonly userId: string }) => {
  return await tx.run('delete from named_token where user_id = ?', [params.userId]);
});

export const tokenVerbs = [
  createNamedToken,
  getNamedToken,
  findNamedToken,
  listNamedTokens,
  readNamedTokens,
  updateNamedToken,
  deleteNamedToken,
  deleteNamedTokens,
];
