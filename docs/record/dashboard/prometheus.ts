import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ServerDefinition } from '../../../dev/local-server.ts';

/** How often the processes are scraped, in seconds. */
export const SCRAPE_SECONDS = 2;

const RULES = fileURLToPath(new URL('../../../deploy/monitoring/rules.yaml', import.meta.url));

export interface PrometheusOptions {
  readonly binary: string;
  readonly directory: string;
  readonly port: number;
  /** host:port by the pod's name. Those that do not answer are tried again. */
  readonly pods: ReadonlyMap<string, string>;
}

/** A Prometheus that scrapes processes as the PodMonitor of the chart says, and evaluates the rules. */
export async function prometheusServer({
  binary,
  directory,
  port,
  pods,
}: PrometheusOptions): Promise<ServerDefinition> {
  const file = join(directory, 'prometheus.yaml');
  const interval = `${SCRAPE_SECONDS}s`;
  // JSON is YAML.
  const configuration = {
    global: { scrape_interval: interval, evaluation_interval: interval },
    rule_files: [RULES],
    scrape_configs: [
      {
        job_name: 'sei-system/sei-node-tasks',
        static_configs: [...pods].map(([pod, target]) => ({
          targets: [target],
          labels: { namespace: 'sei-system', pod },
        })),
      },
    ],
  };
  await writeFile(file, JSON.stringify(configuration));
  return {
    name: 'prometheus',
    command: binary,
    arguments: [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(directory, 'prometheus')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    logFile: join(directory, 'prometheus.log'),
    isReady: async () => (await fetch(`http://127.0.0.1:${port}/-/ready`)).ok,
  };
}

/** One time series: its labels, and values by time in seconds since 1970. */
export interface PrometheusSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly (readonly [time: number, value: number])[];
}

/** Seconds since 1970, and the distance of points in seconds. */
export interface TimeRange {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

type Point = readonly [time: number, value: string];

interface Answer {
  readonly status: 'success' | 'error';
  readonly error?: string;
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly values?: readonly Point[];
      readonly value?: Point;
    }[];
  };
}

/** Prometheus' HTTP API. */
export class PrometheusClient {
  readonly #url: string;

  /** @param url - Such as `http://127.0.0.1:9090`. */
  constructor(url: string) {
    this.#url = url;
  }

  /** @throws Error with what Prometheus says of the query. */
  queryRange(query: string, { start, end, step }: TimeRange): Promise<PrometheusSeries[]> {
    return this.#query('query_range', { query, start: `${start}`, end: `${end}`, step: `${step}` });
  }

  /** At one moment. @throws Error with what Prometheus says of the query. */
  query(query: string, time: number): Promise<PrometheusSeries[]> {
    return this.#query('query', { query, time: `${time}` });
  }

  async #query(path: string, parameters: Readonly<Record<string, string>>): Promise<PrometheusSeries[]> {
    const body = new URLSearchParams(parameters);
    const response = await fetch(`${this.#url}/api/v1/${path}`, { method: 'POST', body });
    const { status, error, data } = (await response.json()) as Answer;
    if (status === 'error') throw new Error(`Prometheus refused a query: ${error}. The query: ${parameters['query']}`);
    return data.result.map(({ metric, values, value }) => ({
      labels: metric,
      points: (values ?? (value === undefined ? [] : [value])).map(([time, text]) => [time, Number(text)]),
    }));
  }
}
