import { once } from 'node:events';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Log } from '../../api/log.ts';
import { WatchedFiles } from '../../encryption/watched-files.ts';
import { ListenError } from '../errors.ts';
import { repeat } from '../repeat.ts';
import { splitAddress } from '../split-address.ts';
import type { CodecHandler } from './codec-handler.ts';
import type { CodecServerConfig } from './codec-server-config.ts';
import { readIdentity } from './tls-identity.ts';

/** How long a client has to send a request, in milliseconds. */
const REQUEST_MS = 15_000;
/** Connections at a time. A page of the Temporal UI opens six. */
const MOST_CONNECTIONS = 500;
/** How often it is checked whether the certificate was replaced, in milliseconds. */
const IDENTITY_INTERVAL_MS = 1_000;

type Addressed = Pick<CodecServerConfig, 'CODEC_ADDRESS' | 'CODEC_TLS_CERT_FILE' | 'CODEC_TLS_KEY_FILE'>;

export interface CodecServerOptions {
  readonly config: Addressed;
  readonly handler: Pick<CodecHandler, 'handle'>;
  readonly log: Log;
  /** Ends the watch of the certificate. */
  readonly signal: AbortSignal;
}

/**
 * Serves the codec over http, or over https with the certificate of the configuration.
 *
 * @throws ListenError when the address cannot be served.
 */
export async function startCodecServer({ config, handler, log, signal }: CodecServerOptions): Promise<Server> {
  const { CODEC_ADDRESS, CODEC_TLS_CERT_FILE, CODEC_TLS_KEY_FILE } = config;
  const limits = { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS };
  const server =
    CODEC_TLS_CERT_FILE === undefined || CODEC_TLS_KEY_FILE === undefined
      ? createHttpServer(limits)
      : createSecureServer([CODEC_TLS_CERT_FILE, CODEC_TLS_KEY_FILE], limits, { log, signal });
  server.maxConnections = MOST_CONNECTIONS;
  server.on('request', (request, response) => {
    // A client that goes away in the middle of its request.
    handler.handle(request, response).catch(() => response.destroy());
  });
  try {
    server.listen(splitAddress(CODEC_ADDRESS));
    await once(server, 'listening');
  } catch (error) {
    throw new ListenError('CODEC_ADDRESS', CODEC_ADDRESS, error);
  }
  return server;
}

function createSecureServer(
  files: readonly [certificate: string, key: string],
  limits: object,
  { log, signal }: Pick<CodecServerOptions, 'log' | 'signal'>,
): Server {
  const [file] = files;
  const identity = new WatchedFiles({
    files,
    read: () => readIdentity(...files),
    onReload: (replaced) => {
      server.setSecureContext(replaced);
      log('CodecFilesReloaded', { file });
    },
    onInvalid: (error) => log('CodecFilesInvalid', { file, error }),
  });
  const server = createHttpsServer({ ...limits, ...identity.current });
  repeat(IDENTITY_INTERVAL_MS, signal, () => identity.reread());
  return server;
}
