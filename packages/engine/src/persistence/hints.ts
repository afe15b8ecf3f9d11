/**
 * Hints between nodes (design §5): one node tells the others that something happened to an execution. A hint that is
 * lost, late, doubled or about nothing costs time and never correctness: whoever waits for news also polls.
 */

/** changed: the document did, or there is more to work on; progressed: batches ended, which only its driver cares for. */
export type News = 'changed' | 'progressed';

export type HintListener = (executionId: string, news: News) => void;

export interface HintChannel {
  /** Never waits and never fails. */
  send(executionId: string, news: News): void;
  close(): Promise<void>;
}
