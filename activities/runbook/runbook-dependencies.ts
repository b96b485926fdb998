import type { ChainReader } from '../chain/chain-reader.ts';
import type { Log } from '../../api/log.ts';
import type { Metrics } from '../../api/metrics.ts';
import type { SeiNodeRunbook } from '../../api/sei-node-runbook.ts';
import type { EventRecorder } from '../../kubernetes/event-recorder.ts';
import type { ResourceClient } from '../../kubernetes/resource-client.ts';
import type { GuardWaits } from '../guard-waits.ts';

export interface RunbookDependencies {
  /** Uid of the `kube-system` namespace of the cluster that this worker is in. */
  readonly clusterId: string;
  readonly seiNodes: ResourceClient;
  readonly runbooks: ResourceClient<SeiNodeRunbook>;
  readonly chain: Pick<ChainReader, 'read'>;
  readonly events: EventRecorder;
  readonly log: Log;
  /** Unset: `status.workflow` has no link. */
  readonly temporalUiUrl: string | undefined;
  /** Unset: nothing is measured. */
  readonly metrics?: Metrics | undefined;
  /** Those of this process. Unset: nothing is measured. */
  readonly guardWaits?: GuardWaits | undefined;
  /** Aborted when the process shuts down: another worker then continues. */
  readonly shutdown: AbortSignal;
}
