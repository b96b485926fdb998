import { readFileSync } from 'node:fs';
import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';
import type { Metrics } from '../api/metrics.ts';
import { KubernetesTransport } from '../kubernetes/kubernetes-transport.ts';
import { loadKubeConfig } from '../kubernetes/load-kube-config.ts';
import { ConfigError, readConfig, type Config, type ConfigProblem } from './config.ts';
import { temporalProxy } from './temporal-proxy.ts';

interface Configuration {
  readonly config: Config;
  /** From Temporal's own environment variables and profiles. */
  readonly temporal: ClientConnectConfig;
  readonly transport: KubernetesTransport;
}

/**
 * @param metrics - Measures the requests to the API server.
 * @throws ConfigError that lists what is wrong with our variables, with Temporal's and with the kubeconfig.
 */
export async function readConfiguration(metrics: Metrics): Promise<Configuration> {
  const problems: ConfigProblem[] = [];
  const config = await attempt('environment', () => readConfig(process.env), problems);
  const temporal = await attempt('TEMPORAL_*', readTemporalConfig, problems);
  const transport = await attempt(
    'KUBECONFIG',
    async () => new KubernetesTransport(await loadKubeConfig(), { metrics }),
    problems,
  );
  if (config === undefined || temporal === undefined || transport === undefined) throw new ConfigError(problems);
  return { config, temporal, transport };
}

/** @param variable - To blame for an error that does not name one. */
async function attempt<Part>(
  variable: string,
  read: () => Part | Promise<Part>,
  problems: ConfigProblem[],
): Promise<Part | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ConfigError) problems.push(...error.problems);
    else problems.push({ variable, problem: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
}

/**
 * Temporal's own variables, the profile and the files that they name, and the file with the API key. After its first line
 * an error quotes the profile, which may contain an API key.
 *
 * @throws ConfigError
 */
export function readTemporalConfig(): ClientConnectConfig {
  try {
    const { connectionOptions, ...rest } = loadClientConnectConfig();
    const proxy = temporalProxy(connectionOptions.address ?? 'localhost:7233', process.env);
    if (proxy !== undefined) connectionOptions.proxy = proxy;
    const file = process.env['TEMPORAL_API_KEY_FILE'];
    if (!file) return { ...rest, connectionOptions };
    const apiKey = readFileSync(file, 'utf8').trim();
    if (apiKey === '') throw new Error(`TEMPORAL_API_KEY_FILE=${file} is empty`);
    return { ...rest, connectionOptions: { ...connectionOptions, apiKey } };
  } catch (error) {
    const [firstLine] = String(error instanceof Error ? error.message : error).split('\n', 1);
    const problem = `The configuration of Temporal's client is not valid: ${firstLine}. Correct the TEMPORAL_* variables, or the file that they name.`;
    throw new ConfigError([{ variable: 'TEMPORAL_*', problem }]);
  }
}
