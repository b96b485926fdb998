import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';
import type { Metrics } from '../api/metrics.ts';
import { KubernetesTransport } from '../kubernetes/kubernetes-transport.ts';
import { loadKubeConfig } from '../kubernetes/load-kube-config.ts';
import { ConfigError, readConfig, type Config } from './config.ts';

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
export function readConfiguration(metrics: Metrics): Configuration {
  const problems: string[] = [];
  const config = attempt(() => readConfig(process.env), problems);
  const temporal = attempt(readTemporalConfig, problems);
  const transport = attempt(() => new KubernetesTransport(loadKubeConfig(), metrics), problems);
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

/** After its first line an error quotes the file, which may contain an API key. */
function readTemporalConfig(): ClientConnectConfig {
  try {
    return loadClientConnectConfig();
  } catch (error) {
    const [firstLine] = String(error instanceof Error ? error.message : error).split('\n', 1);
    throw new ConfigError(
      `The configuration of Temporal's client is not valid: ${firstLine}. Correct the TEMPORAL_* variables, or the file that they name.`,
    );
  }
}
