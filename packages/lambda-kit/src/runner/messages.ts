/** What the main thread of a JavaScript runner and its handler thread say to each other. */
export interface RunnerSettings {
  /** Absolute path of the handler module. */
  readonly handler: string;
  readonly reuse: boolean;
  readonly outDirectory: string;
  readonly mountPoint: string;
  /** Missing beats for so long end the runner. */
  readonly beatTimeoutMs: number;
  readonly sandboxed: boolean;
  /** PID namespace of the node, `pid:[…]`; everything in ours is killed only when it is another one. */
  readonly hostPidNamespace: string;
  /** Value of LANEWAY_RUNNER_COOKIE in the environment of everything this runner starts. */
  readonly cookie: string;
}

export type ToHandler = { readonly kind: 'job'; readonly text: string } | { readonly kind: 'stop' };

export type FromHandler =
  | { readonly kind: 'ready' }
  | { readonly kind: 'importFailed'; readonly reason: string }
  | { readonly kind: 'heartbeat' }
  | { readonly kind: 'answered'; readonly text: string }
  | { readonly kind: 'crashed'; readonly reason: string; readonly stopped: boolean };
