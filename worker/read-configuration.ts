import { readFileSync } from 'node:fs';
import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';
import { KubernetesTransport } from '../kubernetes/kubernetes-transport.ts';
import { loadKubeConfig } from '../kubernetes/load-kube-config.ts';
import { temporalProxy } from './temporal-proxy.ts';
import { ConfigError, readConfig, type Config } from './config.ts';

interface Configuration {
  readonly config: Config;
  /** From Temporal's own environment variables and profiles. */
  readonly temporal: ClientConnectConfig;
  readonly transport: KubernetesTransport;
}

/** @throws ConfigError that lists what is wrong with our variables, with Temporal's and with the kubeconfig. */
export function readConfiguration(): Configuration {
  const problems: string[] = [];
  const config = attempt(() => readConfig(process.env), problems);
  const temporal = attempt(readTemporalConfig, problems);
  const transport = attempt(() => new KubernetesTransport(loadKubeConfig()), problems);
  if (config === undefined || temporal === undefined || transport === undefined)
    throw new ConfigError(problems.join('\n'));
  return { config, temporal, transport };
}

function attempt<Part>(read: () => Part, problems: string[]): Part | undefined {
  try {
    return read();
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
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
    throw new ConfigError(
      `The configuration of Temporal's client is not valid: ${firstLine}. Correct the TEMPORAL_* variables, or the file that they name.`,
    );
  }
}
