import { pino, type Logger } from 'pino';

/** Where a secret may sit in a log record. */
const secretPaths = [
  'token',
  '*.token',
  'secret',
  '*.secret',
  'password',
  '*.password',
  'headers.authorization',
  'headers["x-auth-token"]',
  'headers["x-onedata-consumer-token"]',
  'headers["x-onedata-service-token"]',
  'headers.cookie',
  'databaseUrl',
];

/** Structured records on standard error, as JSON or one readable line each. */
export function createLogger(config: { readonly logLevel: string; readonly logFormat: 'pretty' | 'json' }): Logger {
  const options = {
    level: config.logLevel,
    base: null,
    redact: { paths: secretPaths, censor: '[secret]' },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  const output = config.logFormat === 'json' ? process.stderr : { write: (line: string) => process.stderr.write(readable(line)) };
  return pino(options, output);
}

const levels: Readonly<Record<number, string>> = { 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };

/** `12:00:00 warn  message  key=value …`; control characters of values stay escaped. */
function readable(line: string): string {
  const { level, time, msg, err, ...fields } = JSON.parse(line) as Readonly<Record<string, unknown>>;
  const rest = Object.entries(fields).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
  const stack = typeof err === 'object' && err !== null && 'stack' in err ? `\n${String(err.stack)}` : '';
  return `${String(time).slice(11, 19)} ${(levels[Number(level)] ?? '').padEnd(5)} ${typeof msg === 'string' ? msg : ''}${rest.join('')}${stack}\n`;
}
