/** Takes docs/images/restart-in-temporal-ui.png with Chromium: `npm run screenshot`. */
import { fileURLToPath } from 'node:url';
import { workflowIdOf } from '../../api/temporal/workflow-id.ts';
import { workflowUrl } from '../../core/workflow-url.ts';
import { takeScreenshot } from './chromium.ts';
import { CHAIN_ID } from './sessions.ts';
import { startDocumentationStack } from './run-sessions.ts';

const IMAGE = fileURLToPath(new URL('../images/restart-in-temporal-ui.png', import.meta.url));

await using stack = await startDocumentationStack(new AbortController().signal);
const { tasks, servers, temporal } = stack;
const { metadata } = await tasks.create(CHAIN_ID, {
  apiVersion: 'sei.io/v1alpha1',
  kind: 'SeiNodeTask',
  metadata: { name: 'restart-validator-0', annotations: { 'sei.io/reason': 'memory leak' } },
  spec: { kind: 'RestartSeid', target: { nodeRef: { name: 'validator-0' } }, restartSeid: {} },
});
await stack.watch.follow('restart-validator-0', { signal: AbortSignal.timeout(60_000) });
const { workflowId: id, runId } = await temporal.workflow.getHandle(workflowIdOf(metadata)).describe();
const { url = '' } = workflowUrl(servers.temporal.uiUrl, { id, runId, namespace: servers.temporal.namespace });
const timeline = url.replace(/history$/, 'timeline');
await takeScreenshot({ url: timeline, image: IMAGE, width: 1_400, height: 1_100, budgetMs: 8_000 });
console.log(`${IMAGE}: ${timeline}`);
