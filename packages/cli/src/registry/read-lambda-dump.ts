import type { LambdaDump, LambdaRevisionDump } from '@laneway/client';
import { CliError } from '../failure.ts';
import { isRecord, readJsonFile } from '../run/dump.ts';

/** A dump of a lambda; only what the client itself relies on is checked, the server looks at the rest. */
export function readLambdaDump(file: string): LambdaDump {
  const value = readJsonFile(file);
  const revision = isRecord(value) ? value['revision'] : undefined;
  if (isRecord(revision) && Number.isInteger(revision['originalRevisionNumber']) && isRecord(revision['atmLambdaRevision'])) {
    return value as LambdaDump;
  }
  throw new CliError(`${file} is no dump of a lambda`, 'give one as "laneway lambda dump" writes it, with "revision.atmLambdaRevision"');
}

/** The revision of such a dump, or of a dump that is nothing but one. */
export function readLambdaRevisionDump(file: string): LambdaRevisionDump {
  const value = readJsonFile(file);
  return isRecord(value) && 'atmLambdaRevision' in value ? (value as unknown as LambdaRevisionDump) : readLambdaDump(file).revision;
}
