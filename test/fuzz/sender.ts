/** Sends one request as it is, however odd, and hears the answer to its end or to a deadline. */
import { Agent, request } from 'node:http';
import { AnswerTimes } from './answer-times.ts';

export interface Wire {
  readonly method: string;
  /** Path with its query, already encoded. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
  /** Leave as soon as the answer begins. */
  readonly leaveEarly?: boolean;
  /** An address of this machine, by a connection of its own. */
  readonly from?: string;
}

export type Outcome =
  | { readonly kind: 'answered'; readonly status: number; readonly headers: Readonly<Record<string, unknown>>; readonly text: string }
  /** The connection was closed without an answer, which HTTP allows for what is no HTTP. */
  | { readonly kind: 'closed'; readonly why: string }
  /** Node refused to send it. */
  | { readonly kind: 'unsendable' }
  | { readonly kind: 'silent' };

/** Longer than any answer takes on a busy machine. */
const patienceMs = 60_000;
const maxKept = 4 * 1024 * 1024;

export class Sender {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 32 });
  readonly #host: URL;
  /** Of what was answered. */
  readonly times = new AnswerTimes();

  constructor(url: string) {
    this.#host = new URL(url);
  }

  close(): void {
    this.#agent.destroy();
  }

  async send({ method, url: path, headers, body, leaveEarly = false, from }: Wire): Promise<Outcome> {
    return await new Promise<Outcome>((resolve) => {
      const { hostname, port } = this.#host;
      let sent: ReturnType<typeof request>;
      try {
        const way = from === undefined ? { agent: this.#agent } : { agent: false, localAddress: from };
        sent = request({ hostname, port, ...way, method, path, headers: { ...headers, ...lengthOf(body) } });
      } catch {
        resolve({ kind: 'unsendable' });
        return;
      }
      const impatient = setTimeout(() => {
        resolve({ kind: 'silent' });
        sent.destroy();
      }, patienceMs);
      const began = performance.now();
      const end = (outcome: Outcome): void => {
        clearTimeout(impatient);
        if (outcome.kind === 'answered' && outcome.status < 400) this.times.add(method, path, performance.now() - began);
        resolve(outcome);
      };
      sent.once('error', (error) => end({ kind: 'closed', why: error.message }));
      sent.once('response', (response) => {
        const chunks: Buffer[] = [];
        let kept = 0;
        const answered = (): void =>
          end({
            kind: 'answered',
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString('utf8'),
          });
        response.on('data', (chunk: Buffer) => {
          kept += chunk.length;
          if (kept <= maxKept) chunks.push(chunk);
          if (!leaveEarly) return;
          answered();
          sent.destroy();
        });
        response.once('end', answered);
        response.once('error', (error) => end({ kind: 'closed', why: error.message }));
      });
      sent.end(body ?? undefined);
    });
  }
}

function lengthOf(body: Buffer | null): Readonly<Record<string, string>> {
  return body === null ? {} : { 'content-length': String(body.length) };
}
