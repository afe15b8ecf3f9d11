/** Lambdas that somebody else serves: the batch request is POSTed, the answer is the batch response (interfaces, `http`). */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { GatheredBytes } from '../../gathered-bytes.ts';
import type { JobControl, JobOutcome, JobToRun, LambdaHandle } from '../runtime.ts';

const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

type Answer = { readonly ok: true; readonly status: number; readonly text: string } | { readonly ok: false; readonly reason: string };

/** A handle without anything to prepare or to end but the requests under way. */
export function openHttpLambda(url: string, concurrency: number): LambdaHandle {
  const closing = new AbortController();
  return {
    runners: concurrency,
    network: true,
    run: async (job, control) => await runJob(url, job, control, closing.signal),
    dispose: async () => {
      closing.abort();
      await Promise.resolve();
    },
  };
}

async function runJob(url: string, job: JobToRun, control: JobControl, closing: AbortSignal): Promise<JobOutcome> {
  const signal = AbortSignal.any([control.signal, closing]);
  if (signal.aborted) {
    return { kind: 'withdrawn', stage: 'signal' };
  }
  control.onHeartbeat();
  const answer = await post(url, JSON.stringify(job.request), signal);
  if (signal.aborted && !answer.ok) {
    return { kind: 'withdrawn', stage: 'signal' };
  }
  if (!answer.ok) {
    return { kind: 'crashed', reason: `${url}: ${answer.reason}`, streamed: [] };
  }
  if (answer.status !== 200) {
    return { kind: 'crashed', reason: answer.text === '' ? `${url} answered with status ${answer.status}.` : answer.text, streamed: [] };
  }
  try {
    return { kind: 'answered', response: JSON.parse(answer.text) as unknown, streamed: [] };
  } catch {
    return { kind: 'crashed', reason: `${url} answered with something that is not JSON: ${answer.text}`, streamed: [] };
  }
}

/** No time limit of its own: how long a job may take is the engine's business. */
async function post(url: string, body: string, signal: AbortSignal): Promise<Answer> {
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  return await new Promise((resolve) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const outgoing = send(url, { method: 'POST', headers, signal, agent: false }, (incoming) => {
      const bytes = new GatheredBytes();
      incoming.on('data', (chunk: Buffer) => {
        if (bytes.length + chunk.length > MAX_ANSWER_BYTES) {
          incoming.destroy(new Error(`The answer is larger than ${MAX_ANSWER_BYTES} bytes.`));
        } else {
          bytes.add(chunk);
        }
      });
      incoming.on('end', () => resolve({ ok: true, status: incoming.statusCode ?? 0, text: bytes.take().toString('utf8') }));
      incoming.on('error', (error) => resolve({ ok: false, reason: error.message }));
    });
    outgoing.on('error', (error) => resolve({ ok: false, reason: error.message }));
    outgoing.end(body);
  });
}
