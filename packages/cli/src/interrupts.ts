/**
 * Ctrl-C and SIGTERM: the first one asks politely, the second one leaves. The returned function removes the listeners.
 */
export function onInterrupt(first: () => void, second: () => void): () => void {
  let count = 0;
  const listener = (): void => {
    count += 1;
    if (count === 1) first();
    else second();
  };
  process.on('SIGINT', listener);
  process.on('SIGTERM', listener);
  return () => {
    process.off('SIGINT', listener);
    process.off('SIGTERM', listener);
  };
}
