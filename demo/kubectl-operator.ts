import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { SEI_NODE_RUNBOOK } from '../api/resources.ts';
import { CANCEL_ANNOTATION } from '../api/provenance.ts';
import { kubectl, type KubectlResult } from '../dev/kubectl.ts';
import type { ServiceStack } from '../dev/start-service-stack.ts';
import { ResourceClient } from '../kubernetes/resource-client.ts';
import type { Stopwatch } from './stopwatch.ts';
import { blank, clipped, command, paragraph, verbatim } from './terminal.ts';

const WAIT_TIMEOUT = '60s';

/** Does what an operator does, and shows it: with kubectl, or through the API where kubectl is missing. */
export class KubectlOperator {
  readonly #stack: ServiceStack;
  readonly #signal: AbortSignal;
  readonly hasKubectl: boolean;

  private constructor(stack: ServiceStack, signal: AbortSignal, hasKubectl: boolean) {
    this.#stack = stack;
    this.#signal = signal;
    this.hasKubectl = hasKubectl;
  }

  static async create(stack: ServiceStack, signal: AbortSignal): Promise<KubectlOperator> {
    const kubeconfig = stack.servers.kubernetes.kubeconfig('admin');
    const found = await kubectl(kubeconfig, ['version', '--client'], { signal }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      },
    );
    return new KubectlOperator(stack, signal, found?.code === 0);
  }

  /** Creates the task that the manifest describes. */
  async apply(manifest: string, stopwatch: Stopwatch): Promise<void> {
    if (!this.hasKubectl) {
      await this.#stack.tasks.create(this.#stack.namespace, parse(manifest));
      return;
    }
    const { stdout } = await this.#run(['apply', '-f', '-'], manifest);
    stopwatch.lap(`kubectl    ${stdout.trim()}`);
  }

  /** Writes a manifest into a file, for commands that read it, and shows it. */
  async writeFile(file: string, manifest: string): Promise<void> {
    await writeFile(join(this.#stack.servers.directory, file), manifest);
    command(`cat ${file}`);
    verbatim(manifest);
    blank();
  }

  /** Creates the runbook whose manifest is in a file. */
  async applyFile(file: string): Promise<void> {
    const { namespace, servers, admin } = this.#stack;
    if (!this.hasKubectl) {
      paragraph(`kubectl is not on the PATH; ${file} is created through the API.`);
      const manifest = await readFile(join(servers.directory, file), 'utf8');
      await new ResourceClient(admin, SEI_NODE_RUNBOOK).create(namespace, parse(manifest));
      return blank();
    }
    command(`kubectl apply -f ${file}`);
    const { stdout } = await this.#run(['apply', '-f', file]);
    verbatim(stdout);
    blank();
  }

  /** Shows the command that `apply` runs. */
  announceApply(manifest: string): void {
    if (!this.hasKubectl) paragraph('kubectl is not on the PATH; the API is used instead, with this manifest:');
    else command('kubectl apply -f - <<EOF');
    verbatim(manifest);
    if (this.hasKubectl) verbatim('EOF');
    blank();
  }

  /**
   * Has kubectl wait until a task is over, whether Complete or Failed.
   *
   * @returns Its exit code; `undefined` without kubectl.
   */
  async waitUntilFinished(task: string, stopwatch: Stopwatch): Promise<number | undefined> {
    if (!this.hasKubectl) return undefined;
    const { namespace } = this.#stack;
    const wait = ['-n', namespace, 'wait', '--for=condition=Finished', `snt/${task}`];
    stopwatch.lap(`kubectl    ${wait.slice(2).join(' ')}`);
    const { code, stdout, stderr } = await kubectl(this.#kubeconfig, [...wait, `--timeout=${WAIT_TIMEOUT}`], {
      signal: this.#signal,
    });
    stopwatch.lap(`kubectl    ${(stdout + stderr).trim()}`);
    return code;
  }

  /** Asks for a task to be cancelled, and why. */
  async cancel(task: string, why: string, stopwatch: Stopwatch): Promise<void> {
    const { namespace, tasks } = this.#stack;
    if (this.hasKubectl) {
      const { stdout } = await this.#run(['-n', namespace, 'annotate', 'snt', task, `${CANCEL_ANNOTATION}=${why}`]);
      stopwatch.lap(`kubectl    ${stdout.trim()}: ${CANCEL_ANNOTATION}="${why}"`);
      return;
    }
    await tasks.patch({ namespace, name: task }, { metadata: { annotations: { [CANCEL_ANNOTATION]: why } } });
    stopwatch.lap(`annotated  ${CANCEL_ANNOTATION}="${why}"`);
  }

  /** Shows the tasks or the runbooks of the namespace as kubectl lists them. */
  async list(resources: 'snt' | 'snr'): Promise<void> {
    if (!this.hasKubectl) return;
    const { namespace } = this.#stack;
    blank();
    command(`kubectl -n ${namespace} get ${resources}`);
    const { stdout } = await this.#run(['-n', namespace, 'get', resources]);
    clipped(stdout);
  }

  get #kubeconfig(): string {
    return this.#stack.servers.kubernetes.kubeconfig('admin');
  }

  /** @throws Error with kubectl's words when it fails. */
  async #run(commandArguments: readonly string[], input = ''): Promise<KubectlResult> {
    const { directory: cwd } = this.#stack.servers;
    const result = await kubectl(this.#kubeconfig, commandArguments, { input, cwd, signal: this.#signal });
    if (result.code === 0) return result;
    throw new Error(`kubectl ${commandArguments.join(' ')} failed (${result.code}): ${result.stderr.trim()}`);
  }
}
