/** The JSON form of errors with their context (rest §3.1). */
import { isErrorObject, type ErrorObject } from '@laneway/model';

export type ServiceName = 'oneprovider' | 'onezone';

export interface ErrorContext {
  readonly timestamp: number;
  readonly service: 'opw' | 'ozw';
  readonly serviceId: string;
  readonly serviceDomain: string;
  readonly serviceReleaseVersion: string;
  readonly serviceBuildVersion: string;
  readonly onedataErrorsRevision: null;
  readonly module: null;
  readonly line: null;
}

export interface ErrorSite {
  readonly service: ServiceName;
  readonly providerId: string;
  readonly domain: string;
  readonly version: string;
}

/** Release of the API that the answers follow. */
const apiRelease = '25.0';

export function errorContext(site: ErrorSite, nowMs: number): ErrorContext {
  return {
    timestamp: nowMs,
    service: site.service === 'oneprovider' ? 'opw' : 'ozw',
    serviceId: site.service === 'oneprovider' ? site.providerId : 'onezone',
    serviceDomain: site.domain,
    serviceReleaseVersion: apiRelease,
    serviceBuildVersion: site.version,
    onedataErrorsRevision: null,
    module: null,
    line: null,
  };
}

const nestedKeys = ['authError', 'tokenError', 'specificError', 'error'];

/** The error with the context in it and in every error nested in its details (rest R38). */
export function withContext(error: ErrorObject, ctx: ErrorContext): Readonly<Record<string, unknown>> {
  const { id, description, details } = error;
  if (details === undefined) return { id, description, ctx };
  const nested = Object.entries(details).map(([key, value]) => [
    key,
    nestedKeys.includes(key) && isErrorObject(value) ? withContext(value, ctx) : value,
  ]);
  return { id, description, details: Object.fromEntries(nested), ctx };
}
