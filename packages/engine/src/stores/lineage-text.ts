/**
 * Where the items of a chunk come from, as a text beside them. A line stands for consecutive items that one job wrote:
 *
 *     100-199,205,300*3,-*2@<task id>#2
 *
 * – one value from each of the items 100 to 199 of the task's lane run, one from 205, three from 300, two that were streamed
 * and belong to no item – and ends with the job: the task, and after `#` the attempt unless it is the first. `-*5@` are five
 * values without an origin: initial content, tree walks, entries of the engine itself.
 *
 * The job comes last so that a text is continued without being parsed: when it ends like the first line of what is
 * appended, that ending gives way to a comma. In a chunk that one task fills batch by batch the task is named once
 * (*measured*: 0.2 bytes an item in batches of 100, 5 in batches of one; each job would need 45 for a line of its own).
 */

/** `job`: see `jobText`. `item`: index in the input of the lane run; null for streamed values. */
export interface Origin {
  readonly job: string;
  readonly item: number | null;
}

/** An origin as it is read back. */
export interface StoredOrigin {
  readonly taskId: string;
  /** How many times the batch had been claimed. */
  readonly attempt: number;
  readonly item: number | null;
}

/** Consecutive values of one job: `count` items from `first` on, or `count` values of the item `first`. */
interface Run {
  readonly job: string;
  readonly first: number | null;
  count: number;
  isSpan: boolean;
}

export function jobText(taskId: string, attempt: number): string {
  return attempt === 1 ? taskId : `${taskId}#${attempt}`;
}

/** The lineage of items in their order; undefined when none of them has an origin. */
export function encodeOrigins(origins: readonly (Origin | undefined)[]): string | undefined {
  const runs: Run[] = [];
  for (const origin of origins) {
    const job = origin?.job ?? '';
    const item = origin?.item ?? null;
    const last = runs.at(-1);
    if (last === undefined || !extend(last, job, item)) runs.push({ job, first: item, count: 1, isSpan: false });
  }
  if (runs.every((run) => run.job === '')) return undefined;
  let text = '';
  for (const [index, run] of runs.entries()) {
    const next = runs[index + 1];
    text += rangeText(run);
    if (next?.job === run.job) text += ',';
    else text += `@${run.job}${next === undefined ? '' : '\n'}`;
  }
  return text;
}

function extend(run: Run, job: string, item: number | null): boolean {
  if (run.job !== job) return false;
  const isNext = item !== null && run.first !== null && item === run.first + run.count && (run.isSpan || run.count === 1);
  if (!isNext && (item !== run.first || run.isSpan)) return false;
  run.isSpan = isNext;
  run.count += 1;
  return true;
}

function rangeText({ first, count, isSpan }: Run): string {
  const start = first === null ? '-' : String(first);
  if (count === 1) return start;
  return first !== null && isSpan ? `${start}-${first + count - 1}` : `${start}*${count}`;
}

/** The line of items without an origin in a text where others have one. */
export function noOrigins(itemCount: number): string {
  return `-*${itemCount}@`;
}

/** How a text that the given one continues must end so that the job need not be named again. */
export function continuableEnding(lineage: string): string {
  const end = lineage.indexOf('\n');
  return lineage.slice(lineage.indexOf('@'), end === -1 ? undefined : end);
}

/** One text after the other; SQL does the same when it fills a chunk up. */
export function continueLineage(lineage: string, next: string): string {
  const ending = continuableEnding(next);
  return lineage.endsWith(ending) ? `${lineage.slice(0, -ending.length)},${next}` : `${lineage}\n${next}`;
}

/**
 * The origins of the items [from, to) of a chunk. All are unknown when the text does not stand for as many items as there
 * are: a node of an older version appended to the chunk without telling where from.
 */
export function decodeOrigins(lineage: string | null, itemCount: number, from: number, to: number): readonly (StoredOrigin | null)[] {
  const origins: (StoredOrigin | null)[] = Array.from({ length: Math.max(0, to - from) }, () => null);
  if (lineage === null) return origins;
  const runs = lineage.split('\n').flatMap(runsOfLine);
  if (runs.reduce((sum, run) => sum + run.count, 0) !== itemCount) return origins;
  let position = 0;
  for (const run of runs) {
    for (let index = Math.max(position, from); index < Math.min(position + run.count, to); index += 1) {
      origins[index - from] = originOf(run, index - position);
    }
    position += run.count;
  }
  return origins;
}

function runsOfLine(line: string): readonly Run[] {
  const end = line.indexOf('@');
  const job = line.slice(end + 1);
  return line
    .slice(0, end)
    .split(',')
    .map((range) => runOf(range, job));
}

function runOf(range: string, job: string): Run {
  const [start = '', times] = range.split('*');
  if (start.startsWith('-')) return { job, first: null, count: Number(times ?? 1), isSpan: false };
  const [first, last] = start.split('-').map(Number);
  if (first !== undefined && last !== undefined) return { job, first, count: last - first + 1, isSpan: true };
  return { job, first: first ?? null, count: Number(times ?? 1), isSpan: false };
}

function originOf({ job, first, isSpan }: Run, offset: number): StoredOrigin | null {
  if (job === '') return null;
  const [taskId = '', attempt] = job.split('#');
  return { taskId, attempt: Number(attempt ?? 1), item: first !== null && isSpan ? first + offset : first };
}
