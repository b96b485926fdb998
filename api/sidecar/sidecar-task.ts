import { z } from 'zod';
import { jsonText } from '../../lib/json-text.ts';
import { present } from '../../lib/present.ts';
import { printable } from '../../lib/printable.ts';
import { transactionOf, type Transaction } from './transaction.ts';

/** Longest result that is kept for a message, in UTF-16 code units. */
const RAW_RESULT_LIMIT = 300;

/** Text that no decision hangs on: what is not text counts as absent, so that it never hides the task's state. */
const text = z.string().optional().catch(undefined);

/** What is used of a task as the sidecar reports it (contract §3). Other fields are ignored. */
export const sidecarTaskSchema = z.object({
  id: z.string(),
  status: z.enum(['running', 'completed', 'failed']),
  error: text,
  result: z.unknown().optional(),
});

export type SidecarTask = z.output<typeof sidecarTaskSchema>;

export const sidecarErrorSchema = z.object({ error: z.string() });

/** What a task left, in addition to its state. */
interface TaskResult {
  /** The end was there before anything was sent, so it is not this task's doing: a node that ran the image already. */
  readonly already?: true;
  /** Only governance tasks have one, and only of newer sidecars. */
  readonly transaction?: Transaction;
  /** The beginning of a result that does not say what became of a transaction, as JSON text. */
  readonly rawResult?: string;
}

/** The end of a task as the sidecar reported it. */
export type TaskReport =
  | ({ readonly state: 'completed' } & TaskResult)
  | ({ readonly state: 'failed'; readonly error: string } & TaskResult);

/**
 * What is known of a task on the sidecar. `unconfirmed` is a 404 from a sidecar whose `/v0/livez` does not answer
 * 200: a failing task store says 404 too, so it must not be read as "never arrived". `gone`: the SeiNode whose image is
 * to be set no longer exists. `currentImage`: what the node runs while another image rolls out.
 */
export type TaskObservation =
  | { readonly state: 'running'; readonly currentImage?: string }
  | { readonly state: 'absent' }
  | { readonly state: 'unconfirmed' }
  | { readonly state: 'gone' }
  | TaskReport;

export function observationOf(task: SidecarTask): { readonly state: 'running' } | TaskReport {
  if (task.status === 'running') return { state: 'running' };
  const result = resultOf(task.result);
  if (task.status === 'completed') return { state: 'completed', ...result };
  return { state: 'failed', error: printable(task.error ?? '') || 'the sidecar gave no error text', ...result };
}

function resultOf(result: unknown): TaskResult {
  if (result === undefined || result === null) return {};
  const transaction = transactionOf(result);
  const isReadable = transaction?.inclusionStatus !== undefined;
  return present({ transaction, rawResult: isReadable ? undefined : printable(jsonText(result), RAW_RESULT_LIMIT) });
}
