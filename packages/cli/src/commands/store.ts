import type { Command } from 'commander';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { storeValues } from '../run/report.ts';
import { tracedValues } from '../run/traced-values.ts';
import { printLine, type Terminal } from '../terminal.ts';

export function addStore(program: Command, terminal: Terminal): void {
  const store = program
    .command('store <store>')
    .description('print the content of a store, one JSON value per line, in index order')
    .option('--lineage', 'print {index, value, lineage}: also which item, task and lambda each value comes from')
    .addHelpText('after', '\nExample:\n  laneway store 3f0c… | jq .fileId\n');
  withConnection(store).action(async (storeId: string, options: ConnectionOptions & { readonly lineage?: true }) => {
    const client = connect(options, terminal.env);
    const { type } = await client.stores.details(storeId);
    const view = { id: storeId, name: storeId, type, itemType: undefined, needsInput: false };
    const values = options.lineage === true ? tracedValues(client, view, storeId) : storeValues(client, view, storeId);
    for await (const value of values) printLine(terminal, JSON.stringify(value));
  });
}
