import type { DatasetDetails, LanewayClient } from '@laneway/client';
import { Option, type Command } from 'commander';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { findSpace } from '../run/choose-space.ts';
import { spaceFiles } from '../run/space-files.ts';
import { printJson, printLine, printTable, type Terminal } from '../terminal.ts';

type Json = ConnectionOptions & { readonly json?: boolean };
type State = 'attached' | 'detached';

export function addDataset(program: Command, terminal: Terminal): void {
  const dataset = program.command('dataset').description('marked files and directories of spaces');
  addCreate(dataset, terminal);
  addList(dataset, terminal);
  addShow(dataset, terminal);
  const one = (name: string, description: string, change: (client: LanewayClient, id: string) => Promise<void>): void => {
    withConnection(dataset.command(`${name} <dataset>`).description(description)).action(async (id: string, options: ConnectionOptions) => {
      await change(connect(options, terminal.env), id);
    });
  };
  one('detach', 'let the file go and keep the dataset', async (client, id) => await client.datasets.setState(id, 'detached'));
  one('attach', 'mark the file again', async (client, id) => await client.datasets.setState(id, 'attached'));
  one('remove', 'forget a dataset; its file stays as it is', async (client, id) => await client.datasets.delete(id));
}

function addCreate(dataset: Command, terminal: Terminal): void {
  const create = dataset
    .command('create <space> <path>')
    .description('mark a file or directory of a space')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  laneway dataset create photos 2024/july\n');
  withConnection(create).action(async (spaceName: string, path: string, options: Json) => {
    const client = connect(options, terminal.env);
    const space = await findSpace(client, spaceName);
    const [rootFileId = ''] = await spaceFiles(client, space)(path === '.' ? '' : path);
    const datasetId = await client.datasets.create(rootFileId);
    if (options.json === true) printJson(terminal, { datasetId });
    else printLine(terminal, datasetId);
  });
}

function addList(dataset: Command, terminal: Terminal): void {
  const list = dataset
    .command('list [space]')
    .description('datasets of a space that lie in no other one')
    .addOption(new Option('--state <state>', 'attached or detached ones').choices(['attached', 'detached']).default('attached'))
    .option('--below <dataset>', 'those directly below a dataset instead')
    .option('--json', 'print one JSON object a line')
    .addHelpText('after', '\nExamples:\n  laneway dataset list photos\n  laneway dataset list --below 5e2a…\n');
  withConnection(list).action(async (spaceName: string | undefined, options: Json & { state: State; below?: string }) => {
    const client = connect(options, terminal.env);
    if (spaceName === undefined && options.below === undefined) list.error("error: missing required argument 'space'");
    const found =
      options.below === undefined
        ? client.datasets.ofSpace((await findSpace(client, spaceName ?? '')).spaceId, options.state)
        : client.datasets.children(options.below);
    if (options.json === true) {
      for await (const one of found) printLine(terminal, JSON.stringify(one));
      return;
    }
    const rows: string[][] = [];
    for await (const one of found) rows.push(rowOf(one));
    printTable(terminal, ['path', 'id', 'type', 'state'], rows);
  });
}

function rowOf({ rootFilePath, datasetId, rootFileType, state, rootFileDeleted }: DatasetDetails): string[] {
  return [rootFilePath, datasetId, rootFileType, rootFileDeleted ? `${state}, its file is gone` : state];
}

function addShow(dataset: Command, terminal: Terminal): void {
  const show = dataset.command('show <dataset>').description('a dataset as JSON');
  withConnection(show).action(async (id: string, options: ConnectionOptions) => {
    printJson(terminal, await connect(options, terminal.env).datasets.details(id));
  });
}
