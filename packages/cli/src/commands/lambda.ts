import type { Command } from 'commander';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { printJson, printTable, type Terminal } from '../terminal.ts';

export function addLambda(program: Command, terminal: Terminal): void {
  const lambda = program.command('lambda').description('lambdas that the server runs by itself');
  const list = lambda.command('list').description('name, images and source of each lambda').option('--json', 'print JSON');
  withConnection(list).action(async (options: ConnectionOptions & { json?: boolean }) => {
    const { lambdas } = await connect(options, terminal.env).lambdas.catalogue();
    if (options.json === true) printJson(terminal, lambdas);
    else {
      const rows = lambdas.map(({ name, kind, images, source }) => [name, kind, images.join(', '), source ?? '']);
      printTable(terminal, ['name', 'kind', 'images', 'source'], rows);
    }
  });
}
