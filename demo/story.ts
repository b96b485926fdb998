import type { SeiNodeRunbook } from '../api/sei-node-runbook.ts';
import type { ServiceStack } from '../dev/start-service-stack.ts';
import type { ResourceClient } from '../kubernetes/resource-client.ts';
import type { Claims } from './claims.ts';
import type { KubectlOperator } from './kubectl-operator.ts';
import type { SntPlugin } from './snt-plugin.ts';

/** What every chapter of the demo works with. */
export interface Story {
  readonly stack: ServiceStack;
  readonly operator: KubectlOperator;
  readonly plugin: SntPlugin;
  readonly runbooks: ResourceClient<SeiNodeRunbook>;
  readonly claims: Claims;
  /** Aborted by Ctrl-C, and when a server ends unexpectedly. */
  readonly signal: AbortSignal;
}
