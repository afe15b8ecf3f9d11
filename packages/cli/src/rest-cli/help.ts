/** Help of the reference's clients. */
import { pathParametersOf, type Operation, type Service } from './operations.ts';

export function generalHelp(service: Service, operations: ReadonlyMap<string, Operation>): string {
  const program = `${service}-rest-cli`;
  const width = Math.max(...[...operations.keys()].map((name) => name.length));
  return [
    `Usage: ${program} [options] [curl options] <operation> [arguments]`,
    '',
    'Arguments:',
    '  name=value     path or query parameter; some may be repeated',
    '  name==value    key of the body with a text',
    '  name:=json     key of the body with a JSON value',
    '  Header:value   header of the request',
    '  -              the whole body comes from standard input',
    '',
    'Options:',
    '  -h, --help                  this help, or that of the operation',
    '  -V, --version; --about      version; what this is',
    '  --host <url>                server, with its scheme',
    '  -ac, --accept <type>        Accept header; json, xml, text, … are short names',
    '  -ct, --content-type <type>  Content-Type header',
    '  -u, --user <user:password>  basic authentication',
    '  --force                     do not check parameters',
    '  --dry-run                   print the curl command instead of running it',
    '  --completion <bash|zsh>     print a completion script',
    '  anything else that begins with "-" goes to curl',
    '',
    `Environment: ${service.toUpperCase()}_HOST, ${service.toUpperCase()}_API_KEY, ${service.toUpperCase()}_BASIC_AUTH; for all clients`,
    `  ONEDATA_${service === 'oneprovider' ? 'PROVIDER' : 'ZONE'} (a host name), ONEDATA_API_KEY, ONEDATA_BASIC_AUTH`,
    '',
    'Operations:',
    ...[...operations.values()].map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'Example:',
    service === 'oneprovider'
      ? `  ${program} cancelWorkflowExecution wid=$EXECUTION`
      : `  ${program} createUserAtmInventory name==inventory1`,
  ].join('\n');
}

export function operationHelp(service: Service, operation: Operation): string {
  const inPath = pathParametersOf(operation).map((name) => `  ${name}=…  path, required`);
  const others = operation.parameters.map(({ name, in: place, text }) => {
    const form = place === 'body' ? `${name}==… or ${name}:=…` : place === 'query' ? `${name}=…` : `${name}:…`;
    return `  ${form}  ${place}: ${text}`;
  });
  const listed = [...inPath, ...others];
  return [
    operation.summary,
    '',
    `  ${service}-rest-cli ${operation.name}   (${operation.method} ${operation.path})`,
    ...(listed.length === 0 ? [] : ['', 'Parameters:', ...listed]),
  ].join('\n');
}
