import { spawn } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { kubectl } from '../../dev/kubectl.ts';
import { reportToStderr } from '../../dev/progress-reporter.ts';
import { startServiceStack, type ServiceStack } from '../../dev/start-service-stack.ts';
import { CHAIN_ID, NODES, sessions } from './sessions.ts';
import type { Transcript } from './transcript.ts';

const PLUGIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
/** Grace of the simulated sidecars, in milliseconds. */
const RESTART_GRACE_MS = 2_000;

/** Runs the sessions of the documentation against servers of their own. */
export async function runSessions(signal: AbortSignal): Promise<readonly Transcript[]> {
  await using stack = await startDocumentationStack(signal);
  const environment = await shellEnvironment(stack);
  const transcripts: Transcript[] = [];
  for (const { title, commands } of sessions) {
    const entries = [];
    for (const command of commands) entries.push({ command, output: await run(command, environment) });
    transcripts.push({ title, entries });
  }
  return transcripts;
}

export async function startDocumentationStack(signal: AbortSignal): Promise<ServiceStack> {
  return await startServiceStack({
    chain: { chainId: CHAIN_ID, restartGraceMs: RESTART_GRACE_MS },
    nodes: NODES,
    serviceEnvironment: { LOG_FORMAT: 'text' },
    progress: reportToStderr,
    onUnexpectedExit: (error) => reportToStderr(error.message),
    signal,
  });
}

/** A shell in which kubectl works in the chain's namespace and finds the plugin. */
async function shellEnvironment({ servers, service }: ServiceStack): Promise<NodeJS.ProcessEnv> {
  const kubeconfig = servers.kubernetes.kubeconfig('admin');
  await kubectl(kubeconfig, ['config', 'set-context', '--current', `--namespace=${CHAIN_ID}`]);
  const plugin = join(servers.directory, 'kubectl-snt');
  await writeFile(plugin, `#!/bin/sh\nexec "${process.execPath}" --no-warnings "${PLUGIN}" "$@"\n`);
  await chmod(plugin, 0o755);
  return {
    ...process.env,
    KUBECONFIG: kubeconfig,
    PATH: `${servers.directory}${delimiter}${process.env['PATH']}`,
    TEMPORAL_ADDRESS: servers.temporal.address,
    TEMPORAL_NAMESPACE: servers.temporal.namespace,
    SERVICE_LOG: service.logFile,
  };
}

async function run(command: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const shell = spawn('sh', ['-c', `{ ${command}; } 2>&1`], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  return await text(shell.stdout);
}
