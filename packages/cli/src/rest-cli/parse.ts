/**
 * Command lines of the reference's clients (rest §9): options, words for curl, one operation, arguments.
 *
 * Unlike there, arguments are understood before the operation too (R138), and a path parameter that is missing is told.
 */
import { needsNextWord } from './curl-options.ts';
import type { Operation } from './operations.ts';

export interface Request {
  readonly operation: Operation | undefined;
  readonly host: string | undefined;
  readonly user: string | undefined;
  readonly accept: string | undefined;
  readonly contentType: string | undefined;
  readonly force: boolean;
  readonly dryRun: boolean;
  readonly wants: 'help' | 'version' | 'about' | undefined;
  /** First-level keys of the body, in their order; values are JSON texts. */
  readonly body: ReadonlyMap<string, string>;
  readonly bodyFromInput: boolean;
  readonly headers: readonly string[];
  /** Path and query parameters in their order; a name may come again. */
  readonly parameters: readonly { readonly name: string; readonly value: string }[];
  readonly forCurl: readonly string[];
}

export type Parsed = { readonly ok: true; readonly request: Request } | { readonly ok: false; readonly problem: string };

export const plainOptions: Readonly<Record<string, 'help' | 'version' | 'about'>> = {
  '-h': 'help',
  '--help': 'help',
  '-V': 'version',
  '--version': 'version',
  '--about': 'about',
};

/** Options with a value, and the field it goes to. */
export const valueOptions: Readonly<Record<string, 'host' | 'user' | 'accept' | 'contentType'>> = {
  '--host': 'host',
  '-u': 'user',
  '--user': 'user',
  '-ac': 'accept',
  '--accept': 'accept',
  '-ct': 'contentType',
  '--content-type': 'contentType',
};

/** Short names of media types (rest R141). */
export const mediaTypes: Readonly<Record<string, string>> = {
  text: 'text/plain',
  html: 'text/html',
  md: 'text/x-markdown',
  csv: 'text/csv',
  css: 'text/css',
  rtf: 'application/rtf',
  json: 'application/json',
  xml: 'application/xml',
  yaml: 'application/yaml',
  js: 'application/javascript',
  bin: 'application/octet-stream',
  rdf: 'application/rdf+xml',
  jpg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  bmp: 'image/bmp',
  tiff: 'image/tiff',
};

export function parse(args: readonly string[], operations: ReadonlyMap<string, Operation>): Parsed {
  const values: Partial<Record<'host' | 'user' | 'accept' | 'contentType', string>> = {};
  const body = new Map<string, string>();
  const headers: string[] = [];
  const parameters: { name: string; value: string }[] = [];
  const forCurl: string[] = [];
  let operation: Operation | undefined;
  let wants: Request['wants'];
  const flags = { force: false, dryRun: false, bodyFromInput: false };
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    const field = valueOptions[word];
    if (plainOptions[word] !== undefined) wants = plainOptions[word];
    else if (field !== undefined) {
      at += 1;
      const value = args[at];
      if (value === undefined) return problem(`the option ${word} needs a value`);
      values[field] = field === 'accept' || field === 'contentType' ? (mediaTypes[value] ?? value) : value;
    } else if (word === '--force') flags.force = true;
    else if (word === '--dry-run') flags.dryRun = true;
    else if (word === '-') flags.bodyFromInput = true;
    else if (word.startsWith('-')) {
      const taken = needsNextWord(word) ? args.slice(at, at + 2) : [word];
      forCurl.push(...taken);
      at += taken.length - 1;
    } else if (operation === undefined && operations.has(word)) operation = operations.get(word);
    // Perhaps the value of an option that only a newer curl has.
    else if (operation === undefined && !isArgument(word) && args[at - 1]?.startsWith('--') === true) forCurl.push(word);
    else {
      const read = argument(word, { body, headers, parameters });
      if (read !== null) return problem(read);
      if (operation === undefined && !isArgument(word)) return problem(`there is no operation "${word}": --help lists them`);
    }
  }
  const rest = { host: undefined, user: undefined, accept: undefined, contentType: undefined, ...values };
  return { ok: true, request: { operation, ...rest, ...flags, wants, body, headers, parameters, forCurl } };
}

function problem(text: string): Parsed {
  return { ok: false, problem: text };
}

function isArgument(word: string): boolean {
  return /^[^=:]+(?:==|:=|=|:)/.test(word);
}

interface Target {
  readonly body: Map<string, string>;
  readonly headers: string[];
  readonly parameters: { name: string; value: string }[];
}

/** The forms in the order in which they are tried; a word of no form is ignored (rest R138). The problem, or null. */
function argument(word: string, { body, headers, parameters }: Target): string | null {
  const text = /^([^:=]+)==([^]*)$/.exec(word);
  if (text !== null) {
    body.set(text[1] ?? '', JSON.stringify(text[2] ?? ''));
    return null;
  }
  const raw = /^([^:=]+):=([^]*)$/.exec(word);
  if (raw !== null) {
    const value = raw[2] ?? '';
    if (!isJson(value)) return `the value of "${raw[1] ?? ''}" is not JSON: ${value}`;
    body.set(raw[1] ?? '', value);
    return null;
  }
  const parameter = /^([^:=]+)=([^]*)$/.exec(word);
  if (/^[A-Za-z0-9_-]+:[^=]?[^]*$/.test(word)) headers.push(word);
  else if (parameter !== null) parameters.push({ name: parameter[1] ?? '', value: parameter[2] ?? '' });
  return null;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
