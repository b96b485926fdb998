import { z } from 'zod';

/** Text that no decision hangs on: what is not text counts as absent, so that it never hides the task's state. */
const text = z.string().optional().catch(undefined);

/** What is used of a task as the sidecar reports it (contract §3). Other fields are left alone. */
export const sidecarTaskSchema = z.object({
  id: z.string(),
  status: z.enum(['running', 'completed', 'failed']),
  completedAt: text,
  error: text,
});

export type SidecarTask = z.output<typeof sidecarTaskSchema>;

export const sidecarErrorSchema = z.object({ error: z.string() });

/**
 * What is known of a task on the sidecar. `unconfirmed` is a 404 from a sidecar whose `/v0/livez` does not answer
 * 200: a failing task store says 404 too, so it must not be read as "never arrived".
 */
export type TaskObservation =
  | { readonly state: 'running' | 'absent' | 'unconfirmed' }
  | { readonly state: 'completed'; readonly completedAt?: string }
  | { readonly state: 'failed'; readonly error: string; readonly completedAt?: string };

export function observationOf(task: SidecarTask): TaskObservation {
  if (task.status === 'running') return { state: 'running' };
  const completedAt = task.completedAt === undefined ? {} : { completedAt: task.completedAt };
  if (task.status === 'completed') return { state: 'completed', ...completedAt };
  return { state: 'failed', error: task.error ?? 'the sidecar gave no error text', ...completedAt };
}
