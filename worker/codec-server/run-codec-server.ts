import { once } from 'node:events';
import type { Server } from 'node:http';
import { Runtime } from '@temporalio/worker';
import type { Log } from '../../api/log.ts';
import { EncryptionCodec } from '../../encryption/encryption-codec.ts';
import { PayloadKeyFile } from '../../encryption/payload-key-file.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { installRuntime } from '../install-runtime.ts';
import { startProbeServer, type Checks } from '../probe-server.ts';
import { formatOf, runProgram, type Program } from '../run-program.ts';
import { RuntimeMetrics } from '../runtime-metrics.ts';
import { ServiceLog } from '../service-log.ts';
import { Admission } from './admission.ts';
import { BearerTokens } from './bearer-tokens.ts';
import { CodecHandler } from './codec-handler.ts';
import { readCodecServerConfig, type CodecServerConfig } from './codec-server-config.ts';
import { SignedTokens } from './signed-tokens.ts';
import { startCodecServer } from './start-codec-server.ts';

/** Runs the codec server until it is asked to stop. @returns The exit code; an error has been logged. */
export function runCodecServer(shutdown: AbortSignal): Promise<number> {
  return runProgram(shutdown, run);
}

async function run({ shutdown, logTo, limitShutdown }: Program): Promise<void> {
  const config = readCodecServerConfig(process.env);
  const serviceLog = new ServiceLog({ level: config.LOG_LEVEL, format: formatOf(config.LOG_FORMAT), secrets: [] });
  logTo(serviceLog);
  const { log } = serviceLog;
  installRuntime(config.METRICS_ADDRESS, serviceLog.sdk);
  const metrics = new RuntimeMetrics(() => Runtime.instance().metricMeter);
  const open = new Set(['requests']);
  limitShutdown(config.SHUTDOWN_GRACE, open);

  const { CODEC_TOKENS_FILE: tokensFile } = config;
  const bearerTokens = tokensFile === undefined ? undefined : new BearerTokens(tokensFile, log);
  const signedTokens = signedTokensOf(config, log);
  const readyz = (): Checks => readiness(signedTokens, bearerTokens !== undefined, shutdown.aborted);
  const probes = await startProbeServer(config.PROBE_ADDRESS, { healthz: () => ({}), readyz, secrets: [] }, serviceLog);
  const codec = new EncryptionCodec(new PayloadKeyFile(config.PAYLOAD_KEY_FILE, log));
  const admission = new Admission({ origins: config.CODEC_ORIGINS, bearerTokens, signedTokens });
  const handler = new CodecHandler({ codec, admission, log, metrics });
  const server = await startCodecServer({ config, handler, log, signal: shutdown });
  signedTokens?.watchKeys(shutdown);
  log('CodecServerRunning', {
    version: packageJson.version,
    commit: config.GIT_COMMIT,
    runtime: process.version,
    address: config.CODEC_ADDRESS,
    origins: [...config.CODEC_ORIGINS],
    issuer: config.signed?.CODEC_TOKEN_ISSUER,
  });

  if (!shutdown.aborted) await once(shutdown, 'abort');
  await closed(server);
  open.clear();
  probes.closeAllConnections();
  await closed(probes);
}

function signedTokensOf({ signed }: CodecServerConfig, log: Log): SignedTokens | undefined {
  if (signed === undefined) return undefined;
  return new SignedTokens({
    keysUrl: signed.CODEC_JWKS_URL,
    issuer: signed.CODEC_TOKEN_ISSUER,
    audience: signed.CODEC_TOKEN_AUDIENCE,
    claim: signed.CODEC_ALLOWED_CLAIM,
    log,
  });
}

/** Without the issuer's keys a codec server that has other tokens still has work. */
function readiness(signedTokens: SignedTokens | undefined, hasTokens: boolean, isStopping: boolean): Checks {
  const detail = signedTokens?.problem;
  return {
    running: isStopping ? { passes: false, detail: 'The process was asked to stop.' } : { passes: true },
    ...(signedTokens === undefined ? {} : { 'signing keys': { passes: detail === undefined || hasTokens, detail } }),
  };
}

/** Answers the requests that have come, and closes. */
async function closed(server: Server): Promise<void> {
  const close = once(server, 'close');
  server.close();
  await close;
}
