/**
 * Where lambdas reach the server: real ones speak HTTPS to `{oneproviderDomain}` only. Without a configured
 * HTTPS listener one is opened on loopback for the first job that may use the network (interfaces, HTTPS for lambdas).
 */
import type { Listeners } from '../compose.ts';

export class LambdaDomain {
  #listeners: Listeners | undefined;
  #domain: Promise<string> | undefined;

  provide(listeners: Listeners): void {
    this.#listeners = listeners;
  }

  /** `host:port`. */
  async get(): Promise<string> {
    this.#domain ??= this.#open();
    return await this.#domain;
  }

  async #open(): Promise<string> {
    if (this.#listeners === undefined) throw new Error('no listener is open yet');
    const url = this.#listeners.https ?? (await this.#listeners.openLoopbackHttps());
    return new URL(url).host;
  }
}
