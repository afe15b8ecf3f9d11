import type { RevisionState } from '@laneway/client';
import type { Command } from 'commander';
import { confirm, withConfirmation, type ConfirmOptions } from '../confirm.ts';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { UsageError } from '../failure.ts';
import { findWorkflow } from '../names/find-in-inventory.ts';
import { chooseRevision } from '../names/newest.ts';
import { stateOption, withRevision, type RevisionOption } from '../registry/revision-options.ts';
import type { Terminal } from '../terminal.ts';

export function addWorkflowChanges(workflow: Command, terminal: Terminal): void {
  addEdit(workflow, terminal);
  addDelete(workflow, terminal);
}

interface EditOptions extends ConnectionOptions, RevisionOption {
  readonly name?: string;
  readonly summary?: string;
  readonly state?: RevisionState;
  readonly description?: string;
}

function addEdit(workflow: Command, terminal: Terminal): void {
  const edit = withRevision(
    workflow.command('edit <workflow>').description('change the name and the summary, or the state and the description of a revision'),
    'revision whose state and description change (default: the newest)',
  )
    .option('--name <name>', 'new name')
    .option('--summary <text>', 'new summary')
    .addOption(stateOption())
    .option('--description <text>', 'what is new in the revision')
    .addHelpText(
      'after',
      '\nExamples:\n  laneway workflow edit checksums --name sums\n  laneway workflow edit sums --revision 3 --state deprecated\n',
    );
  withConnection(edit).action(async (given: string, options: EditOptions) => {
    const { name, summary, state, description } = options;
    const ofSchema = { ...(name === undefined ? {} : { name }), ...(summary === undefined ? {} : { summary }) };
    const ofRevision = { ...(state === undefined ? {} : { state }), ...(description === undefined ? {} : { description }) };
    const changes = [ofSchema, ofRevision].filter((change) => Object.keys(change).length > 0);
    if (changes.length === 0) throw new UsageError('there is nothing to change', 'name something, such as --name or --state');
    const client = connect(options, terminal.env);
    const { workflows } = client;
    const found = await findWorkflow(client, given);
    if (changes.includes(ofRevision)) {
      const number = chooseRevision(found.name, found.revisionRegistry, options.revision);
      await workflows.editRevision(found.atmWorkflowSchemaId, number, ofRevision);
    }
    if (changes.includes(ofSchema)) await workflows.update(found.atmWorkflowSchemaId, ofSchema);
  });
}

function addDelete(workflow: Command, terminal: Terminal): void {
  const remove = withRevision(
    workflow.command('delete <workflow>').description('delete a workflow, or one of its revisions; executions keep what they run'),
    'only this revision',
  );
  withConnection(withConfirmation(remove)).action(async (given: string, options: ConnectionOptions & ConfirmOptions & RevisionOption) => {
    const client = connect(options, terminal.env);
    const { atmWorkflowSchemaId, name, revisionRegistry } = await findWorkflow(client, given);
    if (options.revision === undefined) {
      const count = Object.keys(revisionRegistry).length;
      await confirm(terminal, options, `delete the workflow "${name}" with ${count === 1 ? '1 revision' : `${count} revisions`}`);
      await client.workflows.delete(atmWorkflowSchemaId);
      return;
    }
    const number = chooseRevision(name, revisionRegistry, options.revision);
    await confirm(terminal, options, `delete the revision ${number} of the workflow "${name}"`);
    await client.workflows.deleteRevision(atmWorkflowSchemaId, number);
  });
}
