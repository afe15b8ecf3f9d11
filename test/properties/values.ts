/** Data specs and values for them: right ones, ones that are wrong somewhere, and ones that nobody expects. */
import fc from 'fast-check';
import type { CheckedSpec } from './checker/specs.ts';
import { absentId, fileIds, undecodableIds } from './worlds.ts';

const names = ['size', 'count_', 'count_mp3', 'c', '', 'mp3', '__proto__', 'é', '\ud800'];
const numbers = [0, -0, 1, -1, 5, 5.5, 10, -4, 0.1, 1e308, -1e308, 5e-324, 2 ** 53, 2 ** 53 - 1, -(2 ** 53), 1e21];
const texts = [
  '',
  'a',
  'b',
  'NaN',
  'null',
  '5',
  '__proto__',
  'constructor',
  '\u0000',
  '\ud800',
  '\udfff\ud800',
  '\u2028',
  'a\nb',
  '\u0001',
  '😀',
];

export const number = fc.oneof(
  fc.constantFrom(...numbers),
  fc.integer({ min: -20, max: 20 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
export const text = fc.oneof(fc.constantFrom(...texts), fc.string({ maxLength: 8 }), fc.string({ unit: 'binary', maxLength: 4 }));
const key = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'toString', 'exception', 'content', 'severity', 'fileId', 'end', '', '\0'),
  text,
);

/** Any JSON value; its keys are its own, whatever they are called. */
export const json: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown; object: object; array: unknown[] }>((tie) => ({
  value: fc.oneof({ maxDepth: 3, withCrossShrink: true }, fc.constant(null), fc.boolean(), number, text, tie('array'), tie('object')),
  array: fc.array(tie('value'), { maxLength: 4 }),
  object: fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map((pairs) => Object.fromEntries(pairs)),
})).value;

export const object: fc.Arbitrary<Readonly<Record<string, unknown>>> = fc
  .array(fc.tuple(key, json), { maxLength: 5 })
  .map((pairs) => Object.fromEntries(pairs));

const attributes = fc.option(fc.uniqueArray(fc.constantFrom('fileId', 'name', 'type', 'size', 'mtime', 'acl'), { minLength: 1 }));
const file = fc.record({ type: fc.constant('file' as const), fileType: fc.constantFrom('REG', 'DIR', 'SYMLNK', 'ANY'), attributes });
const measurementSpecs = fc.uniqueArray(
  fc.record({
    nameMatcherType: fc.constantFrom('exact' as const, 'hasPrefix' as const),
    nameMatcher: fc.constantFrom(...names),
    unit: fc.constantFrom('none', 'bytes', 'custom:x'),
  }),
  { maxLength: 3, selector: (spec) => spec.nameMatcher },
);
const measurement = fc.record({ type: fc.constant('timeSeriesMeasurement' as const), specs: measurementSpecs });
const numeric = fc.record({
  type: fc.constant('number' as const),
  integersOnly: fc.boolean(),
  // Specs come as JSON, which has no -0.
  allowedValues: fc.option(fc.array(fc.constantFrom(...numbers.filter((one) => !Object.is(one, -0))), { maxLength: 4 })),
});
const textual = fc.record({
  type: fc.constant('string' as const),
  allowedValues: fc.option(fc.array(fc.constantFrom(...texts), { maxLength: 4 })),
});
const plain = fc.record({ type: fc.constantFrom('boolean' as const, 'object' as const, 'range' as const) });

/** Of every type but dataset and group; arrays up to four levels deep. `without` leaves out types, also inside arrays. */
export function specs(options: { readonly files: boolean; readonly depth?: number } = { files: true }): fc.Arbitrary<CheckedSpec> {
  const scalar: fc.Arbitrary<CheckedSpec> = fc.oneof(plain, numeric, textual, measurement, ...(options.files ? [file] : []));
  return fc.letrec<{ spec: CheckedSpec }>((tie) => ({
    spec: fc.oneof(
      { maxDepth: options.depth ?? 4 },
      { arbitrary: scalar, weight: 3 },
      { arbitrary: fc.record({ type: fc.constant('array' as const), itemDataSpec: tie('spec') }), weight: 2 },
    ),
  })).spec;
}

/** Extra keys never matter. */
function withExtra(fields: fc.Arbitrary<object>): fc.Arbitrary<unknown> {
  return fc
    .tuple(fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: object }), fields)
    .map(([extra, own]) => joined(extra, own));
}

/** Not a spread: that is right for `__proto__` too, but only by luck of the syntax. */
function joined(...parts: readonly object[]): object {
  return Object.fromEntries(parts.flatMap((part) => Object.entries(part)));
}

const range = fc
  .tuple(fc.integer({ min: -30, max: 30 }), fc.integer({ min: 0, max: 30 }), fc.integer({ min: 1, max: 7 }), fc.boolean(), fc.boolean())
  .map(([start, distance, step, isUp, isShort]) => {
    if (isShort) return { end: distance };
    return isUp ? { start, end: start + distance, step } : { start, end: start - distance, step: -step };
  });

/** Mostly what the spec accepts (where something does), with the file world's secrets among the files. */
export function valuesOf(spec: CheckedSpec): fc.Arbitrary<unknown> {
  switch (spec.type) {
    case 'array':
      return fc.array(valuesOf(spec.itemDataSpec), { maxLength: 4 });
    case 'boolean':
      return fc.boolean();
    case 'object':
      return object;
    case 'number':
      if (spec.allowedValues !== null && spec.allowedValues.length > 0) return fc.constantFrom(...spec.allowedValues);
      return spec.integersOnly ? fc.oneof(fc.integer(), fc.constantFrom(-0, 5, 2 ** 53, 1e21)) : number;
    case 'string':
      return spec.allowedValues !== null && spec.allowedValues.length > 0 ? fc.constantFrom(...spec.allowedValues) : text;
    case 'range':
      return withExtra(range);
    case 'file':
      return withExtra(fc.record({ fileId: fc.constantFrom(...fileIds.slice(0, 4), ...fileIds, absentId) }));
    case 'timeSeriesMeasurement':
      return withExtra(
        fc.record({ tsName: nameFor(spec), timestamp: fc.oneof(fc.nat(), fc.constantFrom(0, -0, 2 ** 53, 1e308)), value: number }),
      );
  }
}

function nameFor(spec: Extract<CheckedSpec, { type: 'timeSeriesMeasurement' }>): fc.Arbitrary<string> {
  const matching = spec.specs.map(({ nameMatcherType, nameMatcher }) =>
    nameMatcherType === 'exact' ? fc.constant(nameMatcher) : text.map((rest) => nameMatcher + rest),
  );
  return matching.length === 0 ? fc.constantFrom(...names) : fc.oneof(...matching);
}

/** Wrong in one place: another kind of value, a key less, a key of another kind, an item that does not belong. */
export function nearlyValid(spec: CheckedSpec): fc.Arbitrary<unknown> {
  const right = valuesOf(spec);
  switch (spec.type) {
    case 'array':
      return fc.oneof(
        fc
          .tuple(right, nearlyValid(spec.itemDataSpec), fc.nat())
          .map(([items, bad, at]) => (items as readonly unknown[]).toSpliced(at % 5, 0, bad)),
        right.map((items) => Object.fromEntries((items as readonly unknown[]).entries())),
        right.map((items) => JSON.stringify(items)),
      );
    case 'boolean':
      return fc.constantFrom<unknown>('true', 0, 1, null, [true], {});
    case 'object':
      return fc.oneof(fc.array(json, { maxLength: 3 }), fc.constantFrom<unknown>(null, '{}', true));
    case 'number':
      return fc.oneof(number, number.map(String), fc.constantFrom<unknown>('NaN', [5], {}, null, true));
    case 'string':
      return fc.oneof(text, number, fc.constantFrom<unknown>(null, ['a'], { length: 1 }));
    case 'range':
      return fc.oneof(
        fc
          .tuple(right, fc.constantFrom('start', 'end', 'step', 'other'), anything)
          .map(([value, key, bad]) => joined(value as object, { [key]: bad })),
        fc
          .tuple(right, fc.constantFrom('start', 'step'), fc.integer({ min: -40, max: 40 }))
          .map(([value, key, other]) => joined(value as object, { [key]: other })),
      );
    case 'file':
      return fc
        .tuple(right, fc.oneof(fc.constantFrom(...undecodableIds), anything))
        .map(([value, bad]) => joined(value as object, { fileId: bad }));
    case 'timeSeriesMeasurement':
      return fc.oneof(
        fc
          .tuple(right, fc.constantFrom('tsName', 'timestamp', 'value'), anything)
          .map(([value, key, bad]) => joined(value as object, { [key]: bad })),
        fc.tuple(right, fc.constantFrom('tsName', 'timestamp', 'value')).map(([value, key]) => {
          return Object.fromEntries(Object.entries(value as object).filter(([name]) => name !== key));
        }),
      );
  }
}

const anything = fc.oneof(
  fc.constantFrom<unknown>(null, 0, -0, -1, 1.5, 2 ** 53, -(2 ** 53), 2 ** 53 - 1, 1 - 2 ** 53, 1e308, '', '5', [], {}),
  number,
  text,
  json,
);

/** A spec and a value that may or may not fit. */
export function specAndValue(options?: Parameters<typeof specs>[0]): fc.Arbitrary<{ readonly spec: CheckedSpec; readonly value: unknown }> {
  return specs(options).chain((spec) => {
    const value = fc.oneof(
      { weight: 5, arbitrary: valuesOf(spec) },
      { weight: 4, arbitrary: nearlyValid(spec) },
      { weight: 1, arbitrary: json },
    );
    return fc.record({ spec: fc.constant(spec), value });
  });
}
