/** What the process of the floor is told at its start, as its only argument, in JSON. */
export interface FloorSettings {
  readonly address: string;
  readonly namespace: string;
  readonly bundleFile: string;
  readonly metricsAddress: string;
}

export type ToFloor =
  /** Starts so many workflows, `atOnce` at a time, and waits until they are closed. */
  | { readonly type: 'run'; readonly count: number; readonly atOnce: number }
  /** Starts so many workflows and waits until all of them wait. */
  | { readonly type: 'hold'; readonly count: number }
  /** Ends so many waits, `perSecond` of them each second. The others continue to wait. */
  | { readonly type: 'release'; readonly count: number; readonly perSecond: number };

export type FromFloor =
  /**
   * In milliseconds, for each workflow. After `run`: from the request that starts it to the start of its second
   * activity. After `release`: from the end of its wait to the start of its last activity. Otherwise none.
   */
  | { readonly type: 'done'; readonly milliseconds: readonly number[] }
  | { readonly type: 'failed'; readonly message: string };
