import type { Logger } from 'pino';

/** The first SIGINT or SIGTERM closes in order, the second one ends the process at once. */
export function closeOnSignals(
  server: { close(): Promise<void> },
  logger: Logger,
  exit: (code: number) => void = (code) => process.exit(code),
): void {
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopping) {
      logger.warn({ event: 'forcedStop', signal }, 'stopping at once');
      exit(1);
      return;
    }
    stopping = true;
    logger.info({ event: 'stopping', signal }, 'stopping; once more to stop at once');
    server.close().then(
      () => exit(0),
      (error: unknown) => {
        logger.error({ event: 'stopFailed', err: error }, 'the server did not stop cleanly');
        exit(1);
      },
    );
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}
