import { kubernetesBinary } from './kubernetes-binaries.ts';
import type { ProgressReporter } from '../progress-reporter.ts';
import { temporalCli } from './temporal-cli.ts';

/** Paths of the local servers' binaries. */
export interface Binaries {
  readonly temporal: string;
  readonly kubeApiserver: string;
  readonly etcd: string;
}

/**
 * Finds or builds all binaries. Takes minutes the first time on a machine that has none.
 *
 * @throws {BinaryVariableError} a variable names a binary that does not exist.
 * @throws {BinaryNotFoundError} no source has a binary.
 */
export async function findBinaries(environment: NodeJS.ProcessEnv, progress: ProgressReporter): Promise<Binaries> {
  const [temporal, kubernetes] = await Promise.all([
    temporalCli(environment, progress),
    kubernetesBinaries(environment, progress),
  ]);
  return { temporal, ...kubernetes };
}

/** One after the other: each compile takes every core, and the second reuses what the first has compiled. */
async function kubernetesBinaries(
  environment: NodeJS.ProcessEnv,
  progress: ProgressReporter,
): Promise<Omit<Binaries, 'temporal'>> {
  const etcd = await kubernetesBinary('etcd', environment, progress);
  const kubeApiserver = await kubernetesBinary('kube-apiserver', environment, progress);
  return { etcd, kubeApiserver };
}
