import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';
import { KubernetesTransport } from '../kubernetes/kubernetes-transport.ts';
import { loadKubeConfig } from '../kubernetes/load-kube-config.ts';
import { ConfigError, readConfig, type Config, type ConfigProblem } from './config.ts';

interface Configuration {
  readonly config: Config;
  /** From Temporal's own environment variables and profiles. */
  readonly temporal: ClientConnectConfig;
  readonly transport: KubernetesTransport;
}

/** @throws ConfigError that lists what is wrong with our variables, with Temporal's and with the kubeconfig. */
export async function readConfiguration(): Promise<Configuration> {
  const problems: ConfigProblem[] = [];
  const config = await attempt('environment', () => readConfig(process.env), problems);
  const temporal = await attempt('TEMPORAL_*', readTemporalConfig, problems);
  const transport = await attempt('KUBECONFIG', async () => new KubernetesTransport(await loadKubeConfig()), problems);
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

/** After its first line an error quotes the file, which may contain an API key. */
function readTemporalConfig(): ClientConnectConfig {
  try {
    return loadClientConnectConfig();
  } catch (error) {
    const [firstLine] = String(error instanceof Error ? error.message : error).split('\n', 1);
    const problem = `The configuration of Temporal's client is not valid: ${firstLine}. Correct the TEMPORAL_* variables, or the file that they name.`;
    throw new ConfigError([{ variable: 'TEMPORAL_*', problem }]);
  }
}
