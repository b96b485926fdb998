import type { Metrics } from '../api/metrics.ts';
import type { RunbookStatus, SeiNodeRunbook } from '../api/sei-node-runbook.ts';
import type { MirrorTarget } from '../api/temporal/task-input.ts';
import { runbookSeconds } from '../core/runbook/runbook-measures.ts';
import { nextRunbookStatus, type RunbookStatusContext } from '../core/runbook/runbook-status.ts';
import type { RunbookView } from '../core/runbook/runbook-view.ts';
import { present } from '../lib/present.ts';
import type { ResourceClient } from './resource-client.ts';
import { updateStatus, type StatusUpdateResult } from './update-status.ts';

/** A view to be written into the status of a runbook. */
export interface RunbookStatusWrite {
  readonly runbook: MirrorTarget;
  readonly viewOf: (status: RunbookStatus | undefined) => RunbookView;
  readonly context: RunbookStatusContext;
  /** The runbook as last read, to save the first read. */
  readonly current?: SeiNodeRunbook | undefined;
  readonly signal?: AbortSignal;
}

/**
 * Writes the status, and times a runbook that has reached its end with it.
 *
 * @param metrics - Unset: nothing is measured.
 * @throws KubernetesError when the API server did not accept the status.
 */
export async function writeRunbookStatus(
  client: ResourceClient<SeiNodeRunbook>,
  { runbook, viewOf, context, current, signal }: RunbookStatusWrite,
  metrics?: Metrics,
): Promise<StatusUpdateResult<SeiNodeRunbook>> {
  const { namespace, name, uid } = runbook;
  const result = await updateStatus<SeiNodeRunbook>({
    client,
    namespace,
    name,
    uid,
    compute: ({ status }) => nextRunbookStatus(status, viewOf(status), context),
    ...present({ current, signal }),
  });
  if (result.outcome === 'written') measureEnd(result.object.status, metrics);
  return result;
}

function measureEnd(status: RunbookStatus = {}, metrics: Metrics | undefined): void {
  const seconds = runbookSeconds(status);
  if (seconds !== undefined) metrics?.record('sei_runbook_duration_seconds', { reason: status.reason ?? '' }, seconds);
}
