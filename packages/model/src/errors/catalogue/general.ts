import type { ErrorDefinition } from '../definition.ts';

/** Errors any operation may give, credentials, connections and file operations. */
export const generalErrors = {
  alreadyExists: { httpCode: 409, details: {}, template: 'A resource with this identity is already present.' },
  badMessage: {
    httpCode: 400,
    details: { message: 'string' },
    template: 'The server could not interpret the received message: {message}.',
  },
  externalServiceOperationFailed: {
    httpCode: 503,
    details: { serviceName: 'string' },
    template:
      'The external service "{serviceName}" failed while it was needed to complete this request. Retry later; if the failure persists, have the site operators check its configuration.',
  },
  fileAccess: { httpCode: 500, details: { path: 'string', errno: 'string' }, template: 'File "{path}" is not accessible: {errno}.' },
  internalServerError: {
    httpCode: 500,
    details: { reference: 'string?' },
    template:
      'Something went wrong on the server while it handled the request. Quote reference "{reference}" when reporting it to the site operators.',
    whenNull: { reference: 'null' },
  },
  limitReached: {
    httpCode: 400,
    details: { limit: 'integer', resourceDescription: 'string' },
    template: 'No more of {resourceDescription} can be used: the maximum is {limit}.',
  },
  notFound: { httpCode: 404, details: {}, template: 'No resource exists under the requested identity.' },
  notImplemented: { httpCode: 501, details: {}, template: 'The server does not implement this operation.' },
  notSupported: { httpCode: 400, details: {}, template: 'The operation is not available for this resource.' },
  serviceUnavailable: {
    httpCode: 503,
    details: {},
    template: 'A service that is needed for this operation is offline, unreachable or impaired at present.',
  },
  temporaryFailure: { httpCode: 503, details: {}, template: 'A transient problem occurred on the server; repeat the request later.' },
  timeout: { httpCode: 503, details: {}, template: 'The operation did not finish within its time limit; repeat the request later.' },
  unregisteredOneprovider: { httpCode: 503, details: {}, template: 'This Oneprovider has not joined any Onezone yet.' },
  badBasicCredentials: { httpCode: 400, details: {}, template: 'The username and password pair was rejected.' },
  forbidden: { httpCode: 403, details: {}, template: 'The authenticated client lacks the permission for this operation.' },
  forbiddenWithHint: {
    httpCode: 403,
    details: { hint: 'string' },
    template: 'The authenticated client lacks the permission for this operation: {hint}',
  },
  unauthorized: {
    httpCode: 401,
    details: { authError: 'error?' },
    template: 'The request carries no acceptable credentials: {authError}',
    whenNull: { authError: 'no further details.' },
  },
  userBlocked: {
    httpCode: 400,
    details: {},
    template: 'An administrator blocked this account; it stays unusable until the block is lifted.',
  },
  noConnectionToClusterNode: {
    httpCode: 503,
    details: { nodeName: 'string' },
    template: 'Cluster node "{nodeName}" could not be reached, so the operation failed.',
  },
  noConnectionToOnezone: {
    httpCode: 503,
    details: { zoneDomain: 'string' },
    template: 'Onezone at https://{zoneDomain} could not be reached, so the operation failed.',
  },
  noConnectionToPeerOneprovider: {
    httpCode: 503,
    details: { providerId: 'string', providerDomain: 'string' },
    template: 'Peer Oneprovider "{providerId}" at https://{providerDomain} could not be reached, so the operation failed.',
  },
  posix: { httpCode: 400, details: { errno: 'string' }, template: 'The file operation ended with POSIX code {errno}.' },
} as const satisfies Readonly<Record<string, ErrorDefinition>>;
