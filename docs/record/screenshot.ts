/** Takes docs/images/restart-in-temporal-ui.png with Chromium: `npm run screenshot`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { workflowIdOf } from '../../api/temporal/workflow-id.ts';
import { workflowUrl } from '../../core/workflow-url.ts';
import { CHAIN_ID } from './sessions.ts';
import { startDocumentationStack } from './run-sessions.ts';

const IMAGE = fileURLToPath(new URL('../images/restart-in-temporal-ui.png', import.meta.url));
const CHROMIUM = process.env['CHROMIUM'] ?? 'chromium';
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--window-size=1400,1250',
  '--virtual-time-budget=8000',
];

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
const profile = await mkdtemp(join(tmpdir(), 'chromium-'));
const browser = spawn(CHROMIUM, [...FLAGS, `--user-data-dir=${profile}`, `--screenshot=${IMAGE}`, url], {
  stdio: 'inherit',
});
const [code] = await once(browser, 'exit');
await rm(profile, { recursive: true, force: true });
if (code !== 0) throw new Error(`${CHROMIUM} ended with code ${code}; set CHROMIUM to where it is`);
console.log(`${IMAGE}: ${url}`);
