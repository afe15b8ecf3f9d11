import { timingSafeEqual } from 'node:crypto';
import type { StopObserver } from '@laneway/engine';
import type { FastifyRequest } from 'fastify';
import { collectDefaultMetrics, Counter, Histogram, Registry as MetricsRegistry } from 'prom-client';
import type { Requester } from './auth/request-rate.ts';

export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
  /** A stage of a stop was reached, so long after it was asked for. */
  observeStop: StopObserver;
  /** A request was refused because its sender had sent too many. */
  observeOverRate(requester: Requester): void;
  observe(request: { readonly operation: string; readonly method: string; readonly status: number; readonly seconds: number }): void;
}

/** A registry of its own for each server: several may live in one process. */
export function createMetrics(): Metrics {
  const registry = new MetricsRegistry();
  collectDefaultMetrics({ register: registry });
  const duration = new Histogram({
    name: 'laneway_http_request_duration_seconds',
    help: 'Time from the arrival of a request to the end of its response.',
    labelNames: ['operation', 'method', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  });
  const stops = new Histogram({
    name: 'laneway_stop_stage_seconds',
    help: 'Time from the request of a stop to its acknowledgement, to the signal to its jobs, and to the end of the execution or its suspension.',
    labelNames: ['stage', 'mode'],
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 11, 30, 120],
    registers: [registry],
  });
  const overRate = new Counter({
    name: 'laneway_requests_over_rate_total',
    help: 'Requests that were refused because their token, session, account or address had sent too many.',
    labelNames: ['credential'],
    registers: [registry],
  });
  return {
    contentType: registry.contentType,
    text: async () => await registry.metrics(),
    observeStop: (moment, mode, seconds) => stops.observe({ stage: moment, mode }, seconds),
    observeOverRate: (requester) => overRate.inc({ credential: requester }),
    observe: ({ operation, method, status, seconds }) => duration.observe({ operation, method, status: String(status) }, seconds),
  };
}

const loopback = /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/;

/** With a token: whoever presents it; without one: only this machine. */
export function metricsAllowed(request: FastifyRequest, token: string | null): boolean {
  // What comes through a proxy on this machine comes from elsewhere.
  if (token === null) return [request.socket.remoteAddress ?? '', request.ip].every((address) => loopback.test(address));
  const given = Buffer.from(request.headers.authorization ?? '');
  const expected = Buffer.from(`Bearer ${token}`);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
