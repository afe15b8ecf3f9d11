/** Keeps what the operations answered in the running test. */
import { expect } from 'vitest';
import { SeenAnswers } from '../../../../test/support/seen-answers.ts';
import type { ServerDeps } from '../../src/deps.ts';
import type { Route } from '../../src/http/route.ts';
import { allRoutes } from '../../src/routes.ts';

/** What is registered, without anything that could serve it. */
export const describedRoutes: readonly Route[] = allRoutes({ registry: {} } as unknown as ServerDeps, new AbortController().signal);

/** Paths in the order in which a router tries them: what is written out before what is a parameter, whose brace sorts after all letters. */
const patterns = describedRoutes
  .filter((route) => route.prefix !== '')
  .map(({ method, prefix, path, operationId }) => ({ method, operationId, path: prefix + path }))
  .toSorted((a, b) => (a.path < b.path ? -1 : 1))
  .map((route) => ({ ...route, pattern: patternOf(route.path) }));

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/\{…\w+\}$/, '.+').replaceAll(/\{\w+\}/g, '[^/]+')}$`);
}

function operationAt(method: string, url: string): string | undefined {
  const [path = ''] = url.split('?');
  return patterns.find((route) => route.method === method && route.pattern.test(path))?.operationId;
}

let seen: SeenAnswers | null = null;

export function keepAnswer(asked: { readonly method: string; readonly url: string }, status: number, error: string | undefined): void {
  const { testPath, currentTestName = '' } = expect.getState();
  const operationId = operationAt(asked.method, asked.url);
  if (testPath === undefined || operationId === undefined) return;
  seen ??= new SeenAnswers(testPath);
  seen.add({ operationId, answer: error === undefined ? String(status) : `${status} ${error}`, title: currentTestName });
}
