import type { RevisionState } from '@laneway/client';
import type { Command } from 'commander';
import { confirm, withConfirmation, type ConfirmOptions } from '../confirm.ts';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { findContainer } from '../names/find-container.ts';
import { findLambda } from '../names/find-in-inventory.ts';
import { chooseRevision, lambdaName } from '../names/newest.ts';
import { stateOption, withRevision, type RevisionOption } from '../registry/revision-options.ts';
import type { Terminal } from '../terminal.ts';

export function addLambdaChanges(lambda: Command, terminal: Terminal): void {
  addEdit(lambda, terminal);
  const link = lambda
    .command('link <lambda> <inventory>')
    .description('put a lambda into a further inventory')
    .addHelpText('after', '\nExample:\n  laneway lambda link echo shared\n');
  withConnection(link).action(async (given: string, inventory: string, options: ConnectionOptions) => {
    const client = connect(options, terminal.env);
    const { atmLambdaId } = await findLambda(client, given);
    await client.lambdas.link(atmLambdaId, (await findContainer(client, 'atm_inventories', inventory)).id);
  });
  addUnlink(lambda, terminal);
}

function addEdit(lambda: Command, terminal: Terminal): void {
  const edit = withRevision(
    lambda.command('edit <lambda>').description('change the state of a revision; nothing else of a revision ever changes'),
    'which one (default: the newest)',
  )
    .addOption(stateOption().makeOptionMandatory())
    .addHelpText('after', '\nExample:\n  laneway lambda edit echo --revision 1 --state deprecated\n');
  withConnection(edit).action(async (given: string, options: ConnectionOptions & RevisionOption & { readonly state: RevisionState }) => {
    const client = connect(options, terminal.env);
    const found = await findLambda(client, given);
    const number = chooseRevision(lambdaName(found), found.revisionRegistry, options.revision);
    await client.lambdas.setRevisionState(found.atmLambdaId, number, options.state);
  });
}

function addUnlink(lambda: Command, terminal: Terminal): void {
  const unlink = lambda
    .command('unlink <lambda> <inventory>')
    .description('take a lambda out of an inventory; from its last one it goes for good');
  withConnection(withConfirmation(unlink)).action(async (given: string, inventory: string, options: ConnectionOptions & ConfirmOptions) => {
    const client = connect(options, terminal.env);
    const found = await findLambda(client, given);
    const place = await findContainer(client, 'atm_inventories', inventory);
    const inventories = await client.lambdas.inventories(found.atmLambdaId);
    const fate = inventories.length === 1 ? ', which is its last one: it goes for good' : '';
    await confirm(terminal, options, `take the lambda "${lambdaName(found)}" out of the inventory "${place.name}"${fate}`);
    await client.lambdas.unlink(found.atmLambdaId, place.id);
  });
}
