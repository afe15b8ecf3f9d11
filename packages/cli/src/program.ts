import { Command } from 'commander';
import { addAudit } from './commands/audit.ts';
import { addBulk } from './commands/bulk.ts';
import { addCompletion } from './commands/completion.ts';
import { addControl } from './commands/control.ts';
import { addDataset } from './commands/dataset.ts';
import { addDoctor } from './commands/doctor.ts';
import { addExecutions } from './commands/executions.ts';
import { addGroup } from './commands/group.ts';
import { addInsight } from './commands/insight.ts';
import { addInventory } from './commands/inventory.ts';
import { addJoin } from './commands/join.ts';
import { addLambda } from './commands/lambda.ts';
import { addLogs } from './commands/logs.ts';
import { addPrivileges } from './commands/privileges.ts';
import { addRun } from './commands/run.ts';
import { addPods } from './commands/pods.ts';
import { addSeries } from './commands/series.ts';
import { addServe } from './commands/serve.ts';
import { addSpace } from './commands/space.ts';
import { addStore } from './commands/store.ts';
import { addToken } from './commands/token.ts';
import { addUser } from './commands/user.ts';
import { addWorkflow } from './commands/workflow.ts';
import type { Terminal } from './terminal.ts';

/** The whole command line; it throws instead of ending the process. */
export function buildProgram(terminal: Terminal, version: string): Command {
  const program = new Command('laneway')
    .description('run Onedata automation workflows anywhere')
    .version(version)
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError('hint: with --help the command shows what it takes')
    .configureOutput({ writeOut: (text) => terminal.out.write(text), writeErr: (text) => terminal.err.write(text) })
    .addHelpText(
      'after',
      '\nExamples:\n  laneway serve\n  laneway run workflow.json --dir ./data --input files=.\n  laneway list --phase ongoing\n',
    );
  addServe(program, terminal);
  addRun(program, terminal);
  addExecutions(program, terminal);
  addLogs(program, terminal);
  addInsight(program, terminal);
  addPods(program, terminal);
  addControl(program, terminal);
  addBulk(program, terminal);
  addStore(program, terminal);
  addSeries(program, terminal);
  addSpace(program, terminal);
  addDataset(program, terminal);
  addUser(program, terminal);
  addToken(program, terminal);
  addGroup(program, terminal);
  addPrivileges(program, terminal);
  addJoin(program, terminal);
  addAudit(program, terminal);
  addInventory(program, terminal);
  addWorkflow(program, terminal);
  addLambda(program, terminal);
  addDoctor(program, terminal);
  addCompletion(program, terminal);
  return program;
}
