/** Answers beside the API description: whether their status, error, media type and body are described. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

type Json = Readonly<Record<string, any>>;

export interface Asked {
  readonly method: string;
  /** Path with its query. */
  readonly url: string;
}

export interface Answered {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly text: string;
}

export interface DescribedOperation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly text: Json;
}

/** Refusals of the stages before an operation, which the description tells of once for all. */
const stages: readonly (readonly [status: number, id: string])[] = [
  [400, 'malformedData'],
  [404, 'notFound'],
  [405, 'notSupported'],
  [414, 'malformedData'],
  [429, 'limitReached'],
];

export class ApiDescription {
  readonly operations: readonly DescribedOperation[];
  readonly #patterns: readonly { readonly pattern: RegExp; readonly operation: DescribedOperation }[];
  readonly #ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: false });
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(document: Json) {
    // References lead to one place, whatever they are compiled with.
    const placed = JSON.parse(JSON.stringify(document).replaceAll('"#/components/', '"api#/components/')) as Json;
    this.#ajv.addSchema({ $id: 'api', components: placed['components'] });
    this.operations = Object.entries(placed['paths'] as Json).flatMap(([path, methods]) =>
      Object.entries(methods as Json).map(([method, text]) => ({
        operationId: text.operationId as string,
        method: method.toUpperCase(),
        path,
        text: text as Json,
      })),
    );
    this.#patterns = this.operations
      .map((operation) => ({ pattern: patternOf(operation), operation }))
      // What is fixed comes before what is a parameter.
      .toSorted((one, other) => parameterCount(one.operation) - parameterCount(other.operation));
  }

  /** The operation that a request is for, if it is for one. */
  operationFor({ method, url }: Asked): DescribedOperation | undefined {
    const [path = ''] = url.split('?');
    return this.#patterns.find(({ pattern, operation }) => operation.method === method && pattern.test(path))?.operation;
  }

  /** Whether a value fits a schema of the description; null, or the first thing that does not. */
  misfit(name: string, schema: Json, value: unknown): string | null {
    const known = this.#validators.get(name);
    const validate = known ?? this.#ajv.compile(schema);
    if (known === undefined) this.#validators.set(name, validate);
    return validate(value) ? null : this.#ajv.errorsText(validate.errors);
  }

  /** What in an answer is not as described; null when it is, or nothing describes it. */
  problem(asked: Asked, answered: Answered): string | null {
    const operation = this.operationFor(asked);
    if (operation === undefined) return null;
    const { status, contentType, text } = answered;
    const described: Json | undefined = operation.text['responses'][status];
    const error = status >= 400 && contentType?.startsWith('application/json') === true ? errorOf(text) : undefined;
    if (error !== undefined) return this.#errorProblem(operation, status, error, described);
    if (described === undefined) return `${operation.operationId}: status ${status} is not described`;
    return this.#bodyProblem(operation, answered, described);
  }

  #errorProblem(operation: DescribedOperation, status: number, error: Json, described: Json | undefined): string | null {
    const { operationId } = operation;
    const id = String(error['error']?.id);
    const misfit = this.misfit('ErrorResponse', { $ref: 'api#/components/schemas/ErrorResponse' }, error);
    if (misfit !== null) return `${operationId}: error ${misfit}`;
    const ids: readonly string[] = described?.['x-error-ids'] ?? [];
    const ofStage = stages.some(([of, name]) => of === status && name === id) || (status === 400 && isStageData(error['error']));
    return ids.includes(id) || ofStage ? null : `${operationId}: error ${id} with status ${status} is not described`;
  }

  #bodyProblem({ operationId }: DescribedOperation, { status, contentType, text }: Answered, described: Json): string | null {
    if (described['content'] === undefined) return text === '' ? null : `${operationId}: a body with status ${status} is not described`;
    const type = contentType?.split(';')[0] ?? '';
    const content: Json | undefined = described['content'][type];
    if (content === undefined) return `${operationId}: the media type ${type} is not described`;
    if (type !== 'application/json') return null;
    const misfit = this.misfit(`${operationId} ${status}`, content['schema'], JSON.parse(text));
    return misfit === null ? null : `${operationId}: the body with status ${status} does not fit: ${misfit}`;
  }
}

/** An `Accept` header or a body that cannot be read. */
function isStageData({ id, details }: Json): boolean {
  return id === 'badData' && ['Accept', 'body'].includes(details?.key);
}

function errorOf(text: string): Json | undefined {
  const body: unknown = text === '' ? undefined : JSON.parse(text);
  return typeof body === 'object' && body !== null && 'error' in body ? body : undefined;
}

function parameterCount({ path }: DescribedOperation): number {
  return path.split('{').length;
}

function patternOf({ path }: DescribedOperation): RegExp {
  const isOpen = path.endsWith('{path}');
  const source = path
    .replaceAll('.', String.raw`\.`)
    .replace(/\{path\}$/, '.*')
    .replaceAll(/\{\w+\}/g, '[^/]+');
  return new RegExp(`^${source}${isOpen ? '' : '$'}`);
}
