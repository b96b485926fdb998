/** What the process of the floor is told at its start, as its only argument, in JSON. */
export interface FloorSettings {
  readonly address: string;
  readonly namespace: string;
  readonly bundleFile: string;
  readonly metricsAddress: string;
}

export interface ToFloor {
  readonly type: 'run';
  readonly count: number;
  /** Workflows that are open at the same time. */
  readonly atOnce: number;
}

export type FromFloor =
  | { readonly type: 'ready' }
  /** From the request that starts a workflow to the start of its second activity, in milliseconds. */
  | { readonly type: 'done'; readonly secondActivityMs: readonly number[] }
  | { readonly type: 'failed'; readonly message: string };
