import { Option, type Command } from 'commander';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { privilegeSets, type PrivilegeRealm } from '../privilege-lists.ts';
import { printJson, printTable, type Terminal } from '../terminal.ts';

const realms: Readonly<Record<string, PrivilegeRealm>> = { space: 'spaces', inventory: 'atm_inventories', group: 'groups', server: 'zone' };

/** All privileges of a kind, and in which sets they are. */
export function addPrivilegeList(privileges: Command, terminal: Terminal): void {
  const list = privileges
    .command('list')
    .description('the privileges that there are, and the sets that have them')
    .addOption(new Option('--kind <kind>', 'where they hold').choices(Object.keys(realms)).makeOptionMandatory())
    .option('--json', 'print JSON: set → privileges');
  withConnection(list).action(async (options: ConnectionOptions & { readonly kind: string; readonly json?: boolean }) => {
    const sets = await privilegeSets(connect(options, terminal.env), realms[options.kind] ?? 'zone');
    if (options.json === true) {
      printJson(terminal, sets);
      return;
    }
    const names = Object.keys(sets);
    const rows = (sets['admin'] ?? []).map((privilege) => [privilege, names.filter((name) => sets[name]?.includes(privilege)).join(', ')]);
    printTable(terminal, ['privilege', 'in the sets'], rows);
  });
}
