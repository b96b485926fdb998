import { setTimeout as sleep } from 'node:timers/promises';
import proto from '@temporalio/proto';
import type { NativeConnection } from '@temporalio/worker';
import type { Log } from '../api/log.ts';
import type { Metrics } from '../api/metrics.ts';
import { searchAttributes } from '../api/temporal/search-attributes.ts';
import { searchAttributeCommand } from '../core/search-attribute-command.ts';

const { INDEXED_VALUE_TYPE_KEYWORD } = proto.temporal.api.enums.v1.IndexedValueType;
const NAMES = Object.values(searchAttributes).map(({ name }) => name);
/** gRPC codes DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED and UNAVAILABLE: a retry can help. */
const PASSING = [4, 8, 14];
/** gRPC code of the answer to a query with an attribute that the namespace does not have. */
const INVALID_ARGUMENT = 3;
/** Timeout of one call, in milliseconds. */
const CALL_MS = 10_000;
/** How often missing attributes are asked for, in milliseconds: somebody may create them. */
const INTERVAL_MS = 30_000;
/** How often, and how many times, after this process has created them: a server needs seconds to know them. */
const CREATED_INTERVAL_MS = 1_000;
const CREATED_PROBES = 20;

export interface SearchAttributeProbeOptions {
  readonly connection: () => Pick<NativeConnection, 'withDeadline' | 'workflowService' | 'operatorService'>;
  /** `host:port` of the server, for the command in the log. */
  readonly address: string;
  readonly namespace: string;
  readonly metrics: Metrics;
  readonly log: Log;
}

/**
 * Knows whether the Temporal namespace has our search attributes. Without them the service runs, but sets none: a
 * workflow that sets an unknown search attribute gets stuck. It finds out by a query, because Temporal Cloud refuses the
 * calls that list and create them.
 */
export class SearchAttributeProbe {
  readonly #options: SearchAttributeProbeOptions;
  #areKnown = false;

  constructor(options: SearchAttributeProbeOptions) {
    this.#options = options;
  }

  get areKnown(): boolean {
    return this.#areKnown;
  }

  /**
   * Asks for the attributes, and creates those that are missing if this account is allowed to.
   *
   * @throws the Temporal service's error when a retry can help: a timeout, an overloaded or unreachable server.
   */
  async ensure(signal: AbortSignal): Promise<void> {
    const missing = await this.#missing();
    this.#publish(missing.length);
    if (missing.length > 0) await this.#create(missing, signal);
    else this.#areKnown = true;
  }

  /** Asks again until the namespace has all of them, or the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    while (!this.#areKnown && !signal.aborted) {
      await sleep(INTERVAL_MS, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted || !(await this.#haveAppeared())) continue;
      this.#options.log('SearchAttributesAvailable', { temporalNamespace: this.#options.namespace });
    }
  }

  /** One query for all, and one for each when the server does not accept that. */
  async #missing(): Promise<string[]> {
    if (await this.#accepts(NAMES)) return [];
    const missing: string[] = [];
    for (const name of NAMES) if (!(await this.#accepts([name]))) missing.push(name);
    return missing;
  }

  async #accepts(names: readonly string[]): Promise<boolean> {
    const { connection, namespace } = this.#options;
    const query = names.map((name) => `${name} = 'x'`).join(' AND ');
    try {
      await connection().withDeadline(Date.now() + CALL_MS, () =>
        connection().workflowService.countWorkflowExecutions({ namespace, query }),
      );
      return true;
    } catch (error) {
      if (PASSING.includes(codeOf(error))) throw error;
      if (codeOf(error) !== INVALID_ARGUMENT)
        this.#options.log('SearchAttributeQueryRefused', { temporalNamespace: namespace, error });
      return false;
    }
  }

  async #create(missing: readonly string[], signal: AbortSignal): Promise<void> {
    const { connection, address, namespace, log } = this.#options;
    try {
      await connection().withDeadline(Date.now() + CALL_MS, () =>
        connection().operatorService.addSearchAttributes({
          namespace,
          searchAttributes: Object.fromEntries(missing.map((name) => [name, INDEXED_VALUE_TYPE_KEYWORD])),
        }),
      );
    } catch (error) {
      if (PASSING.includes(codeOf(error))) throw error;
      const command = searchAttributeCommand({ address, namespace, missing });
      log('SearchAttributesMissing', { temporalNamespace: namespace, names: missing, command, error });
      return;
    }
    log('SearchAttributesCreated', { temporalNamespace: namespace, names: missing });
    for (let probes = 0; probes < CREATED_PROBES && !(await this.#haveAppeared()); probes += 1)
      await sleep(CREATED_INTERVAL_MS, undefined, { signal });
  }

  async #haveAppeared(): Promise<boolean> {
    this.#areKnown = await this.#accepts(NAMES).catch(() => false);
    if (this.#areKnown) this.#publish(0);
    return this.#areKnown;
  }

  #publish(missing: number): void {
    this.#options.metrics.set('sei_temporal_search_attributes_missing', {}, missing);
  }
}

function codeOf(error: unknown): number {
  return Number((error as { code?: unknown }).code);
}
