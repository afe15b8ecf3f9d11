/** Stopping executions and letting them go on: one command each, several executions at once where that makes sense. */
import type { LanewayClient } from '@laneway/client';
import { InvalidArgumentError, type Command } from 'commander';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { chooseRun, type ChosenRun, type Repetition, type RunChoice } from '../control/choose-run.ts';
import { isSuccess, report, type ControlCommand, type Outcome } from '../control/outcome.ts';
import { isAtRest } from '../run/follow.ts';
import type { Terminal } from '../terminal.ts';

interface ControlOptions extends ConnectionOptions, RunChoice {
  readonly reason?: string;
  readonly deadline?: number;
  readonly wait?: boolean;
  readonly json?: boolean;
}

interface ControlSpec {
  readonly description: string;
  readonly arguments: '<execution>' | '<execution...>';
  readonly takesReason?: boolean;
  readonly examples: readonly string[];
  /** The status that the command leads to; without it there is nothing to wait for. */
  readonly leadsTo?: string;
  readonly send: (client: LanewayClient, executionId: string, options: ControlOptions) => Promise<ChosenRun | undefined>;
}

export function addControl(program: Command, terminal: Terminal): void {
  addCommand(program, terminal, 'cancel', {
    description: 'stop executions for good; jobs in flight are aborted',
    arguments: '<execution...>',
    takesReason: true,
    examples: ['laneway cancel 3f0c… --reason "wrong input" --wait'],
    leadsTo: 'cancelled',
    send: async (client, id, { reason }) => await nothing(client.executions.cancel(id, reason)),
  });
  const pause = addCommand(program, terminal, 'pause', {
    description: 'suspend executions; jobs in flight run to their end',
    arguments: '<execution...>',
    takesReason: true,
    examples: ['laneway pause 3f0c… --wait', 'laneway pause 3f0c… 9a41… --reason maintenance --deadline 60'],
    leadsTo: 'paused',
    send: async (client, id, { reason, deadline }) => await nothing(client.executions.pause(id, reason, deadline)),
  });
  pause.option('--deadline <seconds>', 'withdraw the items of jobs that still run after so long; 0 = at once', parseSeconds);
  addCommand(program, terminal, 'resume', {
    description: 'go on with paused or interrupted executions where they stopped',
    arguments: '<execution...>',
    examples: ['laneway resume 3f0c… --wait'],
    leadsTo: 'finished',
    send: async (client, id) => await nothing(client.executions.resume(id)),
  });
  addCommand(program, terminal, 'force-continue', {
    description: 'go on with the next lane of a failed execution; what failed is left behind',
    arguments: '<execution>',
    examples: ['laneway force-continue 3f0c… --wait'],
    leadsTo: 'finished',
    send: async (client, id) => await nothing(client.executions.forceContinue(id)),
  });
  addRepetition(program, terminal, 'rerun', 'run a lane run of an ended execution again, all its items, and the lanes after it');
  addRepetition(program, terminal, 'retry', 'run the failed items of a lane run again, and the lanes after it');
  addCommand(program, terminal, 'delete', {
    description: 'delete executions that are suspended or ended',
    arguments: '<execution...>',
    examples: ['laneway delete 3f0c… 9a41…'],
    send: async (client, id) => await nothing(client.executions.delete(id)),
  });
}

function addRepetition(program: Command, terminal: Terminal, repetition: Repetition, description: string): void {
  const command = addCommand(program, terminal, repetition, {
    description,
    arguments: '<execution>',
    examples: [`laneway ${repetition} 3f0c… --wait`, `laneway ${repetition} 3f0c… --lane 1 --run 2`],
    leadsTo: 'finished',
    send: async (client, id, { lane, run }) => {
      const laneRun =
        lane !== undefined && run !== undefined
          ? { laneIndex: lane, laneRunNumber: run }
          : chooseRun(await client.executions.details(id), repetition, { lane, run });
      await client.executions[repetition](id, laneRun);
      return laneRun;
    },
  });
  command
    .option('--lane <number>', 'lane, counted from 1 (default: that of the newest run that can be repeated)', parseCount)
    .option('--run <number>', 'run of the lane (default: the newest one that can be repeated)', parseCount);
}

function addCommand(program: Command, terminal: Terminal, name: ControlCommand, spec: ControlSpec): Command {
  const command = program.command(`${name} ${spec.arguments}`).description(spec.description);
  if (spec.takesReason === true) command.option('--reason <text>', 'why; kept with the execution');
  if (spec.leadsTo !== undefined)
    command.option('--wait', `wait until the execution is ${spec.leadsTo}; exit code 1 when it ends otherwise`);
  command
    .option('--json', 'one JSON document per execution')
    .addHelpText('after', `\nExamples:\n${spec.examples.map((line) => `  ${line}\n`).join('')}`);
  return withConnection(command).action(async (named: string | readonly string[], options: ControlOptions) => {
    const client = connect(options, terminal.env);
    // Each execution once, and each by itself: one that refuses does not keep the others from being stopped.
    const ids = [...new Set(typeof named === 'string' ? [named] : named)];
    const outcomes = await Promise.all(
      ids.map(async (executionId) => {
        const outcome = await attempt(client, executionId, spec, options, terminal, name);
        report(terminal, name, outcome, options.json === true);
        return outcome;
      }),
    );
    process.exitCode = outcomes.every(isSuccess) ? 0 : 1;
  });
}

async function attempt(
  client: LanewayClient,
  executionId: string,
  spec: ControlSpec,
  options: ControlOptions,
  terminal: Terminal,
  name: ControlCommand,
): Promise<Outcome> {
  try {
    const repeated = await spec.send(client, executionId, options);
    const accepted: Outcome = { kind: 'accepted', executionId, repeated };
    if (options.wait !== true || spec.leadsTo === undefined) return accepted;
    if (options.json !== true) report(terminal, name, accepted, false);
    const status = await restOf(client, executionId);
    return { kind: 'atRest', executionId, repeated, status, reached: status === spec.leadsTo };
  } catch (error) {
    return { kind: 'failed', executionId, error };
  }
}

/** The status in which the execution comes to rest. What the command changed at once is in the first message already. */
async function restOf(client: LanewayClient, executionId: string): Promise<string> {
  for await (const message of client.executions.follow(executionId)) {
    if (message.kind === 'snapshot' && isAtRest(message.details.status)) return message.details.status;
    if (message.kind === 'execution' && message.change.to !== null && isAtRest(message.change.to)) return message.change.to;
  }
  return (await client.executions.details(executionId)).status;
}

async function nothing(answer: Promise<void>): Promise<undefined> {
  await answer;
  return undefined;
}

export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It is a whole number, 1 or more.');
  return Number(text);
}

function parseSeconds(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It is a whole number of seconds.');
  return Number(text);
}
