/** What verifying a token needs, and whether one is still good. */
import type { SessionToken } from '@laneway/model';
import type { TokenSubject } from '../../registry/token-text.ts';
import { defineVerb } from '../sql.ts';
import { accountColumns, accountOf, seconds, type AccountRow } from './accounts.ts';
import { namedToken } from './registry-tokens.ts';

/** Settings of this provider: who it is, and what its temporary tokens are signed with. */
const providerSettings = ['providerId', 'providerTokenSecret'] as const;

/** Everything that verifying one token needs, in one round trip. The generation of a subject that is not there is 0. */
export const readCredentials = defineVerb(
  'readCredentials',
  'read',
  async (tx, params: { readonly tokenId: string | null; readonly subject: TokenSubject | null }) => {
    const token = params.tokenId === null ? null : await namedToken(tx, params.tokenId);
    const nowSeconds = await seconds(tx);
    const settings = await tx.all<{ name: string; value: string }>(
      'select name, value from setting where name in (?, ?)',
      providerSettings,
    );
    const setting = (name: string): string => settings.find((row) => row.name === name)?.value ?? '';
    if (params.subject?.type === 'oneprovider') {
      const isOurs = setting('providerTokenSecret') !== '' && params.subject.id === setting('providerId');
      return {
        token,
        account: null,
        isSubject: isOurs,
        generation: isOurs ? 1 : 0,
        generationSecret: setting('providerTokenSecret'),
        nowSeconds,
      };
    }
    const userId = token?.userId ?? params.subject?.id ?? null;
    const row = userId === null ? undefined : await tx.get<AccountRow>(`select ${accountColumns} from account where id = ?`, [userId]);
    return {
      token,
      account: row === undefined ? null : await accountOf(tx, row),
      isSubject: row !== undefined,
      generation: row?.token_generation ?? 0,
      generationSecret: row?.token_secret ?? '',
      nowSeconds,
    };
  },
);

export type SessionStanding = 'good' | 'tokenGone' | 'tokenRevoked' | 'userGone' | 'userBlocked';

/** Whether the credentials are still good with which somebody let an execution run (execution §15.1); time does not count. */
export const sessionStanding = defineVerb(
  'sessionStanding',
  'read',
  async (tx, params: { readonly userId: string; readonly token: SessionToken | null }): Promise<SessionStanding> => {
    const { userId, token } = params;
    const account = await tx.get<AccountRow>(`select ${accountColumns} from account where id = ?`, [userId]);
    if (account === undefined) return 'userGone';
    if (account.blocked === 1) return 'userBlocked';
    if (token === null) return 'good';
    if (token.generation !== null) return token.generation === account.token_generation ? 'good' : 'tokenRevoked';
    const named = await namedToken(tx, token.id);
    if (named === null || named.userId !== userId) return 'tokenGone';
    return named.revoked ? 'tokenRevoked' : 'good';
  },
);

/** New secret and generation: every temporary token of the user is revoked (rest §8.8). */
export const renewTemporaryTokens = defineVerb(
  'renewTemporaryTokens',
  'control',
  async (tx, params: { readonly userId: string; readonly secret: string }) => {
    return (
      (await tx.run('update account set token_generation = token_generation + 1, token_secret = ? where id = ?', [
        params.secret,
        params.userId,
      ])) === 1
    );
  },
);

export const credentialVerbs = [readCredentials, sessionStanding, renewTemporaryTokens];
