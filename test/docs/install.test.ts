import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { adminTransport } from '../../dev/admin-transport.ts';
import { applyObject } from '../../dev/apply-manifests.ts';
import { goTool } from '../../dev/binaries/go-tool.ts';
import { freePort } from '../../dev/free-port.ts';
import { reportToStderr } from '../../dev/progress-reporter.ts';
import { readManifest } from '../../dev/read-manifest.ts';
import { startLocalServers, type LocalServers } from '../../dev/start-local-servers.ts';
import type { Deployment } from '../support/chart-objects.ts';
import { startAsPod } from '../support/start-as-pod.ts';
import { TestEnvironment } from '../support/test-environment.ts';

const DEPLOY = fileURLToPath(new URL('../../deploy', import.meta.url));
const run = promisify(execFile);

/** The blocks of a language, in their order. */
function blocksOf(page: string, language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, block = '']) => block);
}

describe('docs/install.md', function () {
  // Helm is compiled on a machine that does not have it yet.
  this.timeout(900_000);
  let page: string;
  let commands: string[];
  let servers: LocalServers;
  let environment: TestEnvironment;
  /** Where the reader is: a checkout, with a values.yaml. */
  let folder: string;
  let variables: NodeJS.ProcessEnv;

  before(async () => {
    page = await readFile(new URL('../../docs/install.md', import.meta.url), 'utf8');
    commands = blocksOf(page, 'console').flatMap((block) => block.split(/^\$ /m).slice(1));
    servers = await startLocalServers();
    await using transport = await adminTransport(servers.kubernetes);
    for (const object of await readManifest('crd/local/seinodes.sei.io.yaml')) await applyObject(transport, object);
    environment = await TestEnvironment.create({ servers, namespace: 'arctic-1', sidecarAudiences: ['sei-sidecar'] });
    folder = await mkdtemp(join(tmpdir(), 'install-'));
    await symlink(DEPLOY, join(folder, 'deploy'));
    await mkdir(join(folder, 'home'));
    await writeFile(join(folder, 'values.yaml'), await values());
    const helm = await goTool('helm', process.env, reportToStderr);
    variables = {
      PATH: [dirname(helm), process.env['PATH']].join(delimiter),
      HOME: join(folder, 'home'),
      KUBECONFIG: servers.kubernetes.kubeconfig('admin'),
    };
  });

  after(async () => {
    await environment.stop();
    await servers.stop();
    await rm(folder, { recursive: true });
  });

  /** Those of the page, with the addresses of this machine. */
  async function values(): Promise<string> {
    const [block = assert.fail('no values')] = blocksOf(page, 'yaml');
    const written = parse(block) as { temporal: { address: string; namespace: string } };
    const { fleet } = environment;
    return JSON.stringify({
      ...written,
      temporal: { ...written.temporal, address: servers.temporal.address },
      sidecar: { urlTemplate: `${fleet.url}/{namespace}/{name}` },
      rpc: { urlTemplate: `${fleet.url}/{namespace}/{name}/rpc` },
      probePort: await freePort(),
      metricsPort: await freePort(),
    });
  }

  async function shell(command: string): Promise<string> {
    return (await run('bash', ['-euc', command], { cwd: folder, env: variables })).stdout;
  }

  /** Runs the next commands, up to the one that begins with these words, and returns what the last one prints. */
  async function follow(last: string): Promise<string> {
    for (let printed = ''; ;) {
      const command = commands.shift() ?? assert.fail(`no command begins with ${last}`);
      printed = await shell(command);
      if (command.startsWith(last)) return printed;
    }
  }

  it('leads from an empty API server to a first restart', async () => {
    assert.match(await follow('helm upgrade --install sei-node-tasks '), /STATUS: deployed/);
    const { stdout } = await environment.kubectl([
      'get',
      'deployment/sei-node-tasks',
      '-n',
      'sei-system',
      '-o',
      'json',
    ]);
    await startAsPod(environment, JSON.parse(stdout) as Deployment);
    const node = await environment.addNode('validator-0');
    assert.match(await follow('kubectl --namespace arctic-1 get'), /\bComplete\b.*\bTaskComplete\b/);
    assert.equal(node.sigtermsReceived, 1);
  });

  it('takes over a CRD that helm did not install', async () => {
    const [install = assert.fail()] = blocksOf(page, 'console');
    const [, command = assert.fail()] = install.split(/^\$ /m);
    await shell('helm uninstall sei-node-tasks-crds --namespace sei-system');
    const definition = 'customresourcedefinition/seinodetasks.sei.io';
    await shell(`kubectl label ${definition} app.kubernetes.io/managed-by-`);
    await shell(`kubectl annotate ${definition} meta.helm.sh/release-name- meta.helm.sh/release-namespace-`);
    assert.match(await shell(command), /STATUS: deployed/);
  });

  it('removes the service and its policy, and keeps CRD and tasks', async () => {
    const kinds = ['deployments', 'seinodetasks', 'validatingadmissionpolicies', 'validatingadmissionpolicybindings'];
    const names = async (): Promise<string[]> => {
      const { stdout } = await environment.kubectl(['get', kinds.join(), '-A', '-o', 'name']);
      return stdout.trim().split('\n');
    };
    const policy = 'validatingadmissionpolicy.admissionregistration.k8s.io/sei-node-tasks-kinds';
    assert.ok((await names()).includes(policy));
    await follow('helm uninstall');
    assert.deepEqual(commands, []);
    assert.deepEqual(await names(), ['seinodetask.sei.io/first-restart']);
  });
});
