/**
 * What is told of a value that may have any size: a refused result or a reason given by a lambda must not fill a log
 * or hold up a commit (P16). Long texts keep their beginning, long lists and objects too.
 */
const maxTextLength = 1024;
const maxValueCount = 500;
const maxTotalLength = 16 * 1024;

interface Left {
  values: number;
  length: number;
}

/** The value itself where it is small, else its beginning. Looks at no more of it than it keeps. */
export function boundedJson(value: unknown): unknown {
  return bounded(value, { values: maxValueCount, length: maxTotalLength });
}

function bounded(value: unknown, left: Left): unknown {
  left.values -= 1;
  if (typeof value === 'string') return boundedText(value, left);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const kept: unknown[] = [];
    for (const element of value as readonly unknown[]) {
      if (isUsedUp(left)) return [...kept, '...'];
      kept.push(bounded(element, left));
    }
    return kept;
  }
  const kept: [string, unknown][] = [];
  for (const key in value) {
    if (!Object.hasOwn(value, key)) continue;
    if (isUsedUp(left)) {
      kept.push(['...', '...']);
      break;
    }
    kept.push([boundedText(key, left), bounded((value as Readonly<Record<string, unknown>>)[key], left)]);
  }
  return Object.fromEntries(kept);
}

function boundedText(text: string, left: Left): string {
  const length = Math.max(0, Math.min(maxTextLength, left.length));
  left.length -= Math.min(text.length, length);
  return text.length <= length ? text : `${text.slice(0, length)}...`;
}

function isUsedUp({ values, length }: Left): boolean {
  return values <= 0 || length <= 0;
}
