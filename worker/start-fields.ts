import type { ClientConnectConfig } from '@temporalio/envconfig';
import type { LogFields } from '../api/log.ts';
import packageJson from '../package.json' with { type: 'json' };
import type { Config } from './config.ts';

/** What a log line of the start says about the process. */
export function startFields(config: Config, temporal: ClientConnectConfig, apiServer: string): LogFields {
  return {
    version: packageJson.version,
    commit: config.GIT_COMMIT,
    runtime: process.version,
    role: config.ROLE,
    apiServer,
    temporalAddress: addressOf(temporal),
    temporalNamespace: namespaceOf(temporal),
    watchNamespaces: config.WATCH_NAMESPACE,
    taskSelector: config.TASK_SELECTOR,
    logLevel: config.LOG_LEVEL,
  };
}

/** What an installation works on: two with different settings must not share a lease. */
export function settingsText(config: Config, temporal: ClientConnectConfig, taskQueue: string): string {
  const settings = {
    temporal: `${addressOf(temporal)}/${namespaceOf(temporal)}`,
    taskQueue,
    watchNamespaces: config.WATCH_NAMESPACE.toSorted().join(',') || 'all',
    taskSelector: config.TASK_SELECTOR ?? 'all',
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}: ${value}`)
    .join('; ');
}

/** With the defaults of Temporal's client. */
export function addressOf({ connectionOptions }: ClientConnectConfig): string {
  return connectionOptions.address ?? 'localhost:7233';
}

export function namespaceOf({ namespace = 'default' }: ClientConnectConfig): string {
  return namespace;
}
