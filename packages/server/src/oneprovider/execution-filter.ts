/** The filter over executions of a space, as summaries take it in the query and bulk operations in the body. */
import type { ExecutionFilter } from '@laneway/engine';
import {
  convertedField,
  executionStatuses,
  integerField,
  labelFilterField,
  makeError,
  ok,
  phases,
  refuse,
  textField,
  type Field,
  type JsonObject,
} from '@laneway/model';
import { providerData } from '../http/fields.ts';
import { Refusal } from '../http/refusal.ts';
import type { Route } from '../http/route.ts';

/** A word, several separated by commas, or a list of them. */
function wordsField<W extends string>(words: readonly W[]): Field<readonly W[]> {
  const texts: Field<readonly unknown[]> = (value) =>
    ok(Array.isArray(value) ? value : typeof value === 'string' ? value.split(',').map((text) => text.trim()) : [value]);
  return convertedField(texts, (list, key) => {
    const known = list.map((text) => words.find((word) => word === text)).filter((word) => word !== undefined);
    return known.length === list.length ? ok(known) : refuse(makeError('badValueListNotAllowed', { key, allowed: words }));
  });
}

const time = integerField({ min: 0 });
const fields = {
  atmInventoryId: textField({ notEmpty: true }),
  atmWorkflowSchemaId: textField({ notEmpty: true }),
  label: labelFilterField(),
  phase: wordsField(phases),
  scheduledAfter: time,
  scheduledBefore: time,
  status: wordsField(executionStatuses),
  userId: textField({ notEmpty: true }),
};

const texts: Readonly<Record<keyof typeof fields, string>> = {
  phase: `one or more of ${phases.join(', ')}, separated by commas; all when absent`,
  status: `one or more of ${executionStatuses.join(', ')}, separated by commas`,
  label: 'name=value; may be repeated, then all of them have to hold',
  atmInventoryId: 'inventory of the workflow schema',
  atmWorkflowSchemaId: 'workflow schema',
  userId: 'who scheduled it',
  scheduledAfter: 'scheduled in this second or later',
  scheduledBefore: 'scheduled before this second',
};

export const filterParameters: NonNullable<Route['parameters']> = Object.entries(texts).map(([name, text]) => ({
  name,
  in: 'query',
  text,
  ...(['phase', 'status', 'label'].includes(name) ? { repeatable: true } : {}),
}));

export function filterOf(data: JsonObject): ExecutionFilter {
  const given = providerData(data, { optional: fields });
  return {
    phases: given.phase ?? null,
    statuses: given.status ?? null,
    atmInventoryId: given.atmInventoryId ?? null,
    atmWorkflowSchemaId: given.atmWorkflowSchemaId ?? null,
    userId: given.userId ?? null,
    labels: given.label ?? [],
    scheduledAfter: given.scheduledAfter ?? null,
    scheduledBefore: given.scheduledBefore ?? null,
  };
}

/** For what changes executions: a condition that is not understood must not be left out. */
export function strictFilterOf(data: JsonObject): ExecutionFilter {
  const unknown = Object.keys(data).find((key) => !Object.hasOwn(fields, key));
  if (unknown !== undefined) {
    const hint = `"${unknown}" is none of ${Object.keys(texts).join(', ')}`;
    throw new Refusal(makeError('badData', { key: 'filter', hint }));
  }
  return filterOf(data);
}
