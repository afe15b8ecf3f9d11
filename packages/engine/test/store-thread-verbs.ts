/** Verbs with which a test makes a store thread die in the middle of its work. */
import { defineVerb } from '@laneway/engine';

export const remember = defineVerb('suiteRemember', 'data', async (tx, params: { readonly name: string }): Promise<void> => {
  await tx.run('insert into setting (name, value) values (?, ?)', [params.name, '']);
});

export const remembered = defineVerb('suiteRemembered', 'read', async (tx, _params: null): Promise<readonly string[]> => {
  const rows = await tx.all<{ name: string }>('select name from setting order by name');
  return rows.map((row) => row.name);
});

function dieSoon(): Promise<never> {
  setImmediate(() => {
    throw new Error('a bug far from any verb');
  });
  return new Promise(() => undefined);
}

export const writeAndDie = defineVerb('suiteWriteAndDie', 'data', async (tx, params: { readonly name: string }): Promise<void> => {
  await remember.run(tx, params);
  await dieSoon();
});

export const readAndDie = defineVerb('suiteReadAndDie', 'read', async (_tx, _params: null): Promise<void> => await dieSoon());

export const verbs = [remember, remembered, writeAndDie, readAndDie];
