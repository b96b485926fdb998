import { join } from 'node:path';
import { RUNBOOK_WORKFLOW_ID_PREFIX } from '../api/temporal/runbook-input.ts';
import { workflowIdOf } from '../api/temporal/workflow-id.ts';
import { workflowUrl } from '../core/workflow-url.ts';
import type { ServiceStack } from '../dev/start-service-stack.ts';
import { restartManifest } from './manifest.ts';
import { ROLLING_RESTART, ROLLING_RESTART_FILE } from './rolling-restart.ts';
import { PLUGIN } from './snt-plugin.ts';
import { RESTART, RESTARTED_NODE } from './story-restart.ts';
import { workflowList } from './workflow-list.ts';
import { blank, heading, paragraph, pasteable, verbatim } from './terminal.ts';

const NODE_FOR_PLUGIN = 'validator-1';
const NODE_TO_TRY = 'validator-2';
const TASK_TO_TRY = 'my-restart';

/** Shows where to look and what to try while everything is up. */
export async function invite(stack: ServiceStack): Promise<void> {
  heading('Now you: everything stays up until Ctrl-C');
  await showPlaces(stack);
  blank();
  paragraph('To paste into another terminal:');
  blank();
  pasteable(commandsToTry(stack));
}

async function showPlaces({ namespace, tasks, temporal, servers, service }: ServiceStack): Promise<void> {
  verbatim(`Temporal UI   ${servers.temporal.uiUrl}`);
  verbatim(`service log   ${service.logFile}`);
  verbatim(`probes        ${service.probeUrl}/readyz`);
  verbatim(`metrics       ${service.metricsUrl}`);
  const task = await tasks.get(namespace, RESTART);
  if (task !== undefined) {
    const { workflowId, runId } = await temporal.workflow.getHandle(workflowIdOf(task.metadata)).describe();
    blank();
    paragraph(`The restart of ${RESTARTED_NODE}, and everything that was done to that node:`);
    const { uiUrl, namespace: temporalNamespace } = servers.temporal;
    const { url = '' } = workflowUrl(uiUrl, { id: workflowId, runId, namespace: temporalNamespace });
    pasteable(url);
  }
  pasteable(workflowList(servers.temporal, `\`SeiNode\`="${RESTARTED_NODE}"`));
  blank();
  paragraph('The rolling restart, with a workflow for each node:');
  const workflowId = `${RUNBOOK_WORKFLOW_ID_PREFIX}${namespace}/${ROLLING_RESTART}/`;
  pasteable(workflowList(servers.temporal, `\`WorkflowId\` STARTS_WITH "${workflowId}"`));
}

function commandsToTry({ namespace, servers, fleet }: ServiceStack): string {
  return `export KUBECONFIG=${servers.kubernetes.kubeconfig('admin')}
export TEMPORAL_ADDRESS=${servers.temporal.address} TEMPORAL_NAMESPACE=${servers.temporal.namespace}
kubectl -n ${namespace} get snt -o wide

# kubectl snt from the source; docs/cli.md says how to install it.
snt() { ${process.execPath} --no-warnings ${PLUGIN} "$@"; }
snt -n ${namespace} restart ${NODE_FOR_PLUGIN} --reason 'try the plugin' --wait
snt -n ${namespace} history ${NODE_FOR_PLUGIN}
snt -n ${namespace} runbook status ${ROLLING_RESTART}

# The same rolling restart again, live. From another terminal: pause, resume, skip, retry, promote or abort it.
kubectl -n ${namespace} delete snr ${ROLLING_RESTART}
kubectl apply -f ${join(servers.directory, ROLLING_RESTART_FILE)}
snt -n ${namespace} runbook status ${ROLLING_RESTART} --watch

# Restart seid on ${NODE_TO_TRY}, and see what comes of it.
kubectl apply -f - <<EOF
${restartManifest({ namespace, name: TASK_TO_TRY, node: NODE_TO_TRY })}EOF
kubectl -n ${namespace} wait --for=condition=Finished snt/${TASK_TO_TRY}
kubectl -n ${namespace} describe snt ${TASK_TO_TRY}

# Delete it. Then apply it again, and delete it while it runs: the restart is not undone,
# and the Temporal UI shows how it is watched to its end.
kubectl -n ${namespace} delete snt ${TASK_TO_TRY}

# Give ${NODE_TO_TRY} a fault before the next one; simulator/faults.ts has them all, '{}' ends them.
curl -X PUT ${fleet.url}/_simulator/nodes/${namespace}/${NODE_TO_TRY}/faults -d '{"ignoreSigterm": true}'`;
}
