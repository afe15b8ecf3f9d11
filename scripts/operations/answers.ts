/** What each operation has to be able to answer, from the description of the API, which is compared with the contract. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Any operation may answer these, on behalf of the whole server: they are tried once for all (packages/server/test/http.test.ts). */
const ofTheServer = new Set(['405', '406', '408', '413', '414', '415', '429', '500', '503']);
const methods = ['get', 'put', 'post', 'patch', 'delete'];

export interface OperationAnswers {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  /** Whether Onedata has it, too. */
  readonly isExtension: boolean;
  /** Who may, in the words of the description: the place, and one of these privileges or what else it takes. */
  readonly privileges: Readonly<Record<string, readonly string[] | string>>;
  /** Statuses such as `204`. */
  readonly successes: readonly string[];
  /** Status and id, such as `403 forbidden`, in the order of the statuses. */
  readonly refusals: readonly string[];
}

interface Described {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, { readonly 'x-error-ids'?: readonly string[] }>>;
  readonly 'x-laneway-extension'?: boolean;
  readonly 'x-privileges'?: OperationAnswers['privileges'];
}

const file = fileURLToPath(new URL('../../docs/reference/openapi.json', import.meta.url));

export function describedOperations(): readonly OperationAnswers[] {
  const { paths } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  };
  return Object.entries(paths).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const described = item[method];
      return described === undefined ? [] : [answersOf(method.toUpperCase(), path, described)];
    }),
  );
}

function answersOf(method: string, path: string, described: Described): OperationAnswers {
  const own = Object.entries(described.responses).filter(([status]) => !ofTheServer.has(status));
  return {
    operationId: described.operationId,
    method,
    path,
    isExtension: described['x-laneway-extension'] === true,
    privileges: described['x-privileges'] ?? {},
    successes: own.filter(([status]) => status.startsWith('2')).map(([status]) => status),
    refusals: own.flatMap(([status, response]) => (response['x-error-ids'] ?? []).map((id) => `${status} ${id}`)),
  };
}
