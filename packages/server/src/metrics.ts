import { timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { collectDefaultMetrics, Histogram, Registry as MetricsRegistry } from 'prom-client';

export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
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
  return {
    contentType: registry.contentType,
    text: async () => await registry.metrics(),
    observe: ({ operation, method, status, seconds }) => duration.observe({ operation, method, status: String(status) }, seconds),
  };
}

/** With a token: whoever presents it; without one: only this machine. */
export function metricsAllowed(request: FastifyRequest, token: string | null): boolean {
  if (token === null) return /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/.test(request.socket.remoteAddress ?? '');
  const given = Buffer.from(request.headers.authorization ?? '');
  const expected = Buffer.from(`Bearer ${token}`);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
