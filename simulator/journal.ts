const ENTRIES_KEPT = 10_000;

/** Something that happened inside a node; `lifetime` counts the sidecar's processes, the first is 0. */
export type NodeEvent =
  | { readonly type: 'sidecar-started'; readonly lifetime: number }
  | { readonly type: 'sidecar-ended'; readonly lifetime: number; readonly how: 'crash' | 'stop' }
  | { readonly type: 'run-began'; readonly lifetime: number; readonly taskId: string; readonly taskType: string }
  /** `interrupted`: by the end of the sidecar's process, or of a newer sidecar's work by a DELETE. */
  | {
      readonly type: 'run-ended';
      readonly lifetime: number;
      readonly taskId: string;
      readonly end: 'completed' | 'failed' | 'interrupted';
    }
  /** A task sent a signal to a running seid. */
  | {
      readonly type: 'seid-signalled';
      readonly taskId: string;
      readonly signal: 'SIGTERM' | 'SIGKILL';
      readonly pid: number;
    }
  | { readonly type: 'seid-started'; readonly pid: number }
  | { readonly type: 'seid-ended'; readonly pid: number };

/** An event and its time: milliseconds since 1970, with fractions. */
export type JournalEntry = NodeEvent & { readonly at: number };

/** The last 10,000 events inside a node, in order. */
export class Journal {
  readonly entries: JournalEntry[] = [];

  note(event: NodeEvent): void {
    this.entries.push({ ...event, at: performance.timeOrigin + performance.now() });
    if (this.entries.length > ENTRIES_KEPT) this.entries.shift();
  }
}
