import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import type { WorkflowDump, WorkflowRevisionDump } from '@laneway/client';
import { fileProblem } from '../file-problem.ts';
import { CliError } from '../failure.ts';

/** Reads a workflow dump, naming the file and the line or field that is wrong. */
export function readDump(file: string): WorkflowDump {
  const value = readJsonFile(file);
  const problem = findProblem(value);
  if (problem !== undefined) throw new CliError(`${file}: ${problem}`, 'give a workflow dump, as the console and the API export it');
  return withOriginalId(value as WorkflowDump);
}

/** The revision of a workflow dump, or of a dump that is nothing but one. */
export function readRevisionDump(file: string): WorkflowRevisionDump {
  const value = readJsonFile(file);
  return isRecord(value) && 'atmWorkflowSchemaRevision' in value ? (value as unknown as WorkflowRevisionDump) : readDump(file).revision;
}

export function readJsonFile(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CliError(`cannot read ${file}: ${fileProblem(error)}`, 'paths are relative to where the command runs');
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new CliError(`${file}${lineOf(error, text)}: not valid JSON: ${(error as Error).message}`, 'a file of JSON is needed here');
  }
}

function lineOf(error: unknown, text: string): string {
  const position = /position (\d+)/.exec((error as Error).message)?.[1];
  return position === undefined ? '' : `:${text.slice(0, Number(position)).split('\n').length}`;
}

const knownFormats: readonly number[] = [2, 3];

/** Only what the client itself relies on; the server checks the rest. */
function findProblem(value: unknown): string | undefined {
  if (!isRecord(value)) return 'not a JSON object';
  if (typeof value['name'] !== 'string') return '"name" must be text';
  const revision = value['revision'];
  if (!isRecord(revision)) return '"revision" must be an object';
  if (!Number.isInteger(revision['originalRevisionNumber'])) return '"revision.originalRevisionNumber" must be an integer';
  // The server would read the revision in the newest form first, and name that instead (schemas R28).
  const version = revision['schemaFormatVersion'];
  if (version !== undefined && !knownFormats.includes(Number(version))) {
    return `"revision.schemaFormatVersion" is ${JSON.stringify(version)}, which is unknown: it has to be one of ${knownFormats.join(', ')}`;
  }
  if (!isRecord(revision['atmWorkflowSchemaRevision'])) return '"revision.atmWorkflowSchemaRevision" must be an object';
  return undefined;
}

/** A dump without the id of its origin gets one from its content, by which a later run finds the schema again. */
function withOriginalId(dump: WorkflowDump): WorkflowDump {
  if (typeof dump.originalAtmWorkflowSchemaId === 'string' && dump.originalAtmWorkflowSchemaId !== '') return dump;
  const id = createHash('sha256').update(JSON.stringify(dump)).digest('hex').slice(0, 32);
  return { ...dump, originalAtmWorkflowSchemaId: id };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
