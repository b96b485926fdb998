import { Connection } from '@temporalio/client';
import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';
import { temporalSecrets } from '../lib/temporal-secrets.ts';
import { TemporalConfigError, TemporalUnreachableError } from './errors.ts';

/** For somebody who waits at a prompt. */
const CONNECT_TIMEOUT = '5s';

export interface TemporalAccess {
  readonly connection: Connection;
  readonly address: string;
  readonly namespace: string;
  /** What nobody may see, though a server repeats it. */
  readonly secrets: readonly string[];
}

/** @throws TemporalConfigError, TemporalUnreachableError */
export async function connectToTemporal(): Promise<TemporalAccess> {
  const { connectionOptions, namespace = 'default' } = readConfig();
  const address = connectionOptions.address ?? 'localhost:7233';
  try {
    const connection = await Connection.connect({ ...connectionOptions, connectTimeout: CONNECT_TIMEOUT });
    return { connection, address, namespace, secrets: temporalSecrets(connectionOptions) };
  } catch (error) {
    throw new TemporalUnreachableError(
      `Temporal at ${address} cannot be reached: ${(error as Error).message}. Set TEMPORAL_ADDRESS (or TEMPORAL_PROFILE), and check TEMPORAL_TLS_* and TEMPORAL_API_KEY.`,
    );
  }
}

/** What follows the first line of an error quotes the file, which may hold an API key. */
function readConfig(): ClientConnectConfig {
  try {
    return loadClientConnectConfig();
  } catch (error) {
    const [firstLine] = (error as Error).message.split('\n', 1);
    throw new TemporalConfigError(
      `The configuration of Temporal's client is not valid: ${firstLine}. Correct the TEMPORAL_* variables or the file that they name.`,
    );
  }
}
