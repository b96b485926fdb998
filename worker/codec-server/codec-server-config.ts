import { z } from 'zod';
import { address, configSchema, fileFor, readVariables } from '../config.ts';
import { readBearerTokens } from './bearer-tokens.ts';
import { readIdentity } from './tls-identity.ts';

const LOOPBACK = /^(localhost|127\.[\d.]+|\[::1\])$/;

const origins = z.string().transform((text, context) => {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  for (const name of names) {
    if (/^https?:/.test(name) && URL.parse(name)?.origin === name) continue;
    context.addIssue({
      code: 'custom',
      message: `contains "${name}"; write an origin such as https://temporal.example.com`,
    });
  }
  return new Set(names);
});

/** Whoever can change the keys on their way can sign any token. */
const keysUrl = z
  .url({ error: 'is not a URL', abort: true })
  .transform((text) => new URL(text))
  .refine(
    ({ protocol, hostname }) => protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname)),
    'is not an https URL',
  );

const claim = z.string().transform((text, context) => {
  const at = text.indexOf('=');
  const values = text.slice(at + 1).split(',');
  if (at > 0 && !values.includes('')) return { name: text.slice(0, at), values };
  context.addIssue({ code: 'custom', message: 'is not <claim>=<value>,<value>…, such as groups=sei-operators' });
  return z.NEVER;
});

/** Variables that only make sense together. */
const TLS = ['CODEC_TLS_CERT_FILE', 'CODEC_TLS_KEY_FILE'] as const;
const SIGNED = ['CODEC_JWKS_URL', 'CODEC_TOKEN_ISSUER', 'CODEC_TOKEN_AUDIENCE', 'CODEC_ALLOWED_CLAIM'] as const;

/** Environment variables of the codec server. Those without the prefix are the service's own. */
export const codecServerSchema = z.object({
  CODEC_ADDRESS: address
    .default('127.0.0.1:8081')
    .describe('Address that serves `/decode` and `/encode`. In a pod: `0.0.0.0:8081`.'),
  CODEC_ORIGINS: origins
    .prefault('')
    .describe(
      'Origins of the Temporal UIs that may use it, separated by commas, such as `https://temporal.example.com`. Unset: no browser may.',
    ),
  CODEC_TLS_CERT_FILE: z
    .string()
    .optional()
    .describe(
      'PEM file with the certificate of the codec server and those of its intermediate CAs. Re-read when it changes. Unset: http; then a proxy in front has to speak https, because the UI passes its token to https URLs only.',
    ),
  CODEC_TLS_KEY_FILE: z
    .string()
    .optional()
    .describe('PEM file with its private key. Needs `CODEC_TLS_CERT_FILE`. Re-read when it changes. Unset: http.'),
  CODEC_TOKENS_FILE: fileFor(readBearerTokens)
    .optional()
    .describe(
      'File with bearer tokens for the CLI, one a line, each of at least 32 characters; all are accepted. Re-read when it changes. Unset: only tokens of the issuer are accepted.',
    ),
  CODEC_JWKS_URL: keysUrl
    .optional()
    .describe(
      'URL of the JSON Web Key Set of the issuer whose access tokens the UI passes; `jwks_uri` in its `/.well-known/openid-configuration`. Unset: only tokens of `CODEC_TOKENS_FILE` are accepted.',
    ),
  CODEC_TOKEN_ISSUER: z
    .string()
    .min(1)
    .optional()
    .describe('Claim `iss` that access tokens must have. Required with `CODEC_JWKS_URL`.'),
  CODEC_TOKEN_AUDIENCE: z
    .string()
    .min(1)
    .optional()
    .describe('Claim `aud` that access tokens must have or contain. Required with `CODEC_JWKS_URL`.'),
  CODEC_ALLOWED_CLAIM: claim
    .optional()
    .describe(
      'Who may have payloads decoded: a claim of the access token and its values, `<claim>=<value>,<value>…`, such as `groups=sei-operators`. Required with `CODEC_JWKS_URL`.',
    ),
  PAYLOAD_KEY_FILE: configSchema.shape.PAYLOAD_KEY_FILE.unwrap().describe(
    'File with the payload keys, the same as that of the service. Re-read when it changes. It must be set.',
  ),
  ...configSchema.pick({
    PROBE_ADDRESS: true,
    METRICS_ADDRESS: true,
    SHUTDOWN_GRACE: true,
    LOG_LEVEL: true,
    LOG_FORMAT: true,
    GIT_COMMIT: true,
  }).shape,
});

type Variables = z.output<typeof codecServerSchema>;

export interface CodecServerConfig extends Omit<Variables, (typeof SIGNED)[number]> {
  /** Unset: no token of an issuer is accepted. */
  readonly signed: { readonly [Name in (typeof SIGNED)[number]]: NonNullable<Variables[Name]> } | undefined;
}

/** @throws ConfigError */
export function readCodecServerConfig(environment: NodeJS.ProcessEnv): CodecServerConfig {
  const { CODEC_JWKS_URL, CODEC_TOKEN_ISSUER, CODEC_TOKEN_AUDIENCE, CODEC_ALLOWED_CLAIM, ...rest } = readVariables(
    codecServerSchema.check(haveWholeGroup(TLS), haveWholeGroup(SIGNED), haveTokens, haveIdentity),
    environment,
  );
  const signed = { CODEC_JWKS_URL, CODEC_TOKEN_ISSUER, CODEC_TOKEN_AUDIENCE, CODEC_ALLOWED_CLAIM };
  return { ...rest, signed: CODEC_JWKS_URL === undefined ? undefined : (signed as CodecServerConfig['signed']) };
}

type Check = (payload: z.core.ParsePayload<Variables>) => void;

function haveWholeGroup(names: readonly (keyof Variables)[]): Check {
  return ({ value, issues }) => {
    const set = names.filter((name) => value[name] !== undefined);
    if (set.length === 0) return;
    for (const name of names)
      if (value[name] === undefined)
        issues.push({ code: 'custom', input: value, path: [name], message: `is unset, but ${set.join()} is set` });
  };
}

/** There is no mode without authentication. */
const haveTokens: Check = ({ value, issues }) => {
  if (value.CODEC_TOKENS_FILE !== undefined || value.CODEC_JWKS_URL !== undefined) return;
  const message = 'is unset, and so is CODEC_JWKS_URL; set one of them, or nobody can use the codec server';
  issues.push({ code: 'custom', input: value, path: ['CODEC_TOKENS_FILE'], message });
};

const haveIdentity: Check = ({ value, issues }) => {
  const { CODEC_TLS_CERT_FILE: certificate, CODEC_TLS_KEY_FILE: key } = value;
  if (certificate === undefined || key === undefined) return;
  try {
    readIdentity(certificate, key);
  } catch (error) {
    issues.push({ code: 'custom', input: value, path: ['CODEC_TLS_CERT_FILE'], message: (error as Error).message });
  }
};
