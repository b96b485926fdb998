import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalService } from '../../dev/start-local-service.ts';
import { HttpGate, type Stop } from './http-gate.ts';
import { LEASE, type TestEnvironment } from './test-environment.ts';

const ACCOUNT = 'system:serviceaccount:sei-system:sei-node-tasks';

/** A service that can be stopped, for one name, at a request to the API server or to a sidecar, and then killed. */
export class StoppableService {
  readonly apiServer: HttpGate;
  readonly sidecars: HttpGate;
  readonly service: LocalService;
  readonly #environment: TestEnvironment;

  private constructor(
    environment: TestEnvironment,
    gates: { apiServer: HttpGate; sidecars: HttpGate },
    service: LocalService,
  ) {
    this.#environment = environment;
    this.apiServer = gates.apiServer;
    this.sidecars = gates.sidecars;
    this.service = service;
  }

  static async start(environment: TestEnvironment, variables: NodeJS.ProcessEnv = {}): Promise<StoppableService> {
    const { kubernetes, directory } = environment.servers;
    const apiServer = environment.added.use(await HttpGate.listen(kubernetes));
    const sidecars = environment.added.use(await HttpGate.listen(environment.fleet));
    const kubeconfig = join(directory, `kubeconfig-${environment.namespace}-${new URL(apiServer.url).port}`);
    await writeFile(kubeconfig, kubeconfigFor(apiServer.url, kubernetes.token(ACCOUNT)), { mode: 0o600 });
    const service = await environment.startService({
      KUBECONFIG: kubeconfig,
      SIDECAR_URL_TEMPLATE: `${sidecars.url}/{namespace}/{name}`,
      ...variables,
    });
    return new StoppableService(environment, { apiServer, sidecars }, service);
  }

  /** `kill -9`. What was stopped on its way never arrives, and nobody has to wait for its lease. */
  async kill(): Promise<void> {
    this.service.process.kill('SIGKILL');
    await this.service.process.exited;
    await Promise.all([this.apiServer[Symbol.asyncDispose](), this.sidecars[Symbol.asyncDispose]()]);
    await this.#environment.leases.delete(this.#environment.namespace, LEASE);
  }
}

function kubeconfigFor(server: string, token: string): string {
  return JSON.stringify({
    clusters: [{ name: 'gate', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'service', user: { token } }],
    contexts: [{ name: 'gate', context: { cluster: 'gate', user: 'service' } }],
    'current-context': 'gate',
  });
}

/** The write of a phase into a task's status. */
export function writes(phase: string): NonNullable<Stop['before']> {
  return ({ method, body }) => method === 'PATCH' && body.includes(`"phase":"${phase}"`);
}

/** A task as the sidecar answers it to a poll. */
export function tells(status: string): NonNullable<Stop['after']> {
  return ({ method }, answer) => method === 'GET' && answer.includes(`"status":"${status}"`);
}
