/** How a process ended: one of the two is null. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What a guard tells the process that started it. */
export type FromGuard =
  | { readonly type: 'started'; readonly pid: number }
  | { readonly type: 'failed'; readonly message: string }
  | ({ readonly type: 'exited' } & ProcessExit);

/** What a guard is asked to do. */
export type ToGuard =
  | { readonly type: 'signal'; readonly signal: NodeJS.Signals }
  | { readonly type: 'stop'; readonly graceMilliseconds: number };
