import { Worker, type ReplayResult, type WorkerOptions } from '@temporalio/worker';

/** A history as proto3 JSON, as `temporal workflow show --output json` and the Temporal UI give it. */
export interface ReplayableHistory {
  readonly events?: readonly unknown[] | null;
}

/**
 * Runs the workflows of this version through a recorded history.
 *
 * @param source - The workflows' code, and how payloads are read.
 * @returns `error` is set when this version does something else than the history recorded.
 */
export async function replayHistory(
  source: Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath' | 'bundlerOptions' | 'dataConverter'>,
  history: ReplayableHistory,
): Promise<ReplayResult> {
  const [started] = history.events ?? [];
  const { workflowExecutionStartedEventAttributes: attributes } = (started ?? {}) as {
    readonly workflowExecutionStartedEventAttributes?: { readonly workflowId?: string };
  };
  const workflowId = attributes?.workflowId ?? 'replayed';
  for await (const result of Worker.runReplayHistories(source, [{ workflowId, history }])) return result;
  throw new Error('nothing was replayed');
}
