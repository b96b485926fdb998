import {
  createRemoteJWKSet,
  customFetch,
  errors,
  jwtVerify,
  type FetchImplementation,
  type JWTPayload,
  type RemoteJWKSet,
} from 'jose';
import { Agent, fetch, ProxyAgent } from 'undici';
import type { Log } from '../../api/log.ts';
import { egressProxy } from '../../kubernetes/egress-proxy.ts';
import { RepeatedFailures } from '../../lib/repeated-failures.ts';
import { repeat } from '../repeat.ts';
import { CodecRefusal } from './errors.ts';

/** How far the clocks of issuer and codec server may differ, in seconds. */
const CLOCK_TOLERANCE_SECONDS = 30;
/** How often signing keys that have become too old are read again without a request, in milliseconds. */
const KEYS_INTERVAL_MS = 10_000;

/** A claim that a token must have, with one of these values. */
interface RequiredClaim {
  readonly name: string;
  readonly values: readonly string[];
}

export interface SignedTokensOptions {
  /** Of the issuer's JSON Web Key Set. */
  readonly keysUrl: URL;
  readonly issuer: string;
  readonly audience: string;
  readonly claim: RequiredClaim;
  readonly log: Log;
}

/** JSON Web Tokens that an OpenID Connect issuer has signed for people: the access tokens that the Temporal UI passes. */
export class SignedTokens {
  readonly #options: SignedTokensOptions;
  readonly #keys: RemoteJWKSet;
  readonly #failures = new RepeatedFailures();

  /** @throws EgressProxyError when HTTPS_PROXY names a proxy that cannot be used. */
  constructor(options: SignedTokensOptions) {
    this.#options = options;
    this.#keys = createRemoteJWKSet(options.keysUrl, { [customFetch]: fetchOf(options.keysUrl) });
  }

  /** Why no token can be verified at the moment. Unset: they can. */
  get problem(): string | undefined {
    if (this.#keys.fresh) return undefined;
    return this.#failures.lastError?.message ?? 'The signing keys of the issuer have not been read yet.';
  }

  /** Reads the signing keys now and whenever they are too old, until the signal is aborted. */
  watchKeys(signal: AbortSignal): void {
    repeat(KEYS_INTERVAL_MS, signal, () => {
      if (this.#keys.fresh) this.#logRecovery();
      else void this.#readKeys();
    });
  }

  /**
   * @returns The claims of a token that may be used.
   * @throws CodecRefusal
   */
  async verify(token: string): Promise<JWTPayload> {
    const { issuer, audience, claim } = this.#options;
    let payload: JWTPayload;
    try {
      ({ payload } = await jwtVerify(token, this.#keys, {
        issuer,
        audience,
        requiredClaims: ['exp', 'sub'],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
      }));
    } catch (cause) {
      if (isAboutToken(cause))
        throw new CodecRefusal('CODEC_TOKEN_REFUSED', `The token was not accepted: ${cause.message}. Sign in again.`);
      throw new CodecRefusal(
        'CODEC_SIGNING_KEYS_UNAVAILABLE',
        'The token cannot be verified, because the signing keys of its issuer cannot be read. Check CODEC_JWKS_URL.',
        { cause },
      );
    }
    if (hasClaim(payload, claim)) return payload;
    throw new CodecRefusal(
      'CODEC_CLAIM_REFUSED',
      `The token may not be used here: its claim ${claim.name} has none of the values that CODEC_ALLOWED_CLAIM names.`,
    );
  }

  async #readKeys(): Promise<void> {
    try {
      await this.#keys.reload();
      this.#logRecovery();
    } catch (error) {
      this.#options.log('SigningKeysUnavailable', this.#failures.failed(error, KEYS_INTERVAL_MS));
    }
  }

  #logRecovery(): void {
    const recovery = this.#failures.recovered();
    if (recovery !== undefined) this.#options.log('SigningKeysRecovered', recovery);
  }
}

/** Whether the token has the claim, as a text or in a list of texts. */
function hasClaim(payload: JWTPayload, { name, values }: RequiredClaim): boolean {
  const value = Object.hasOwn(payload, name) ? payload[name] : undefined;
  return (Array.isArray(value) ? value : [value]).some((each) => values.includes(each as string));
}

/** A failure to read the keys has one of these classes, or the class `JOSEError` itself. */
function isAboutToken(error: unknown): error is errors.JOSEError {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return false;
  return error instanceof errors.JOSEError && error.code !== errors.JOSEError.code;
}

/** HTTPS_PROXY and NO_PROXY count as for Temporal and the API server. */
function fetchOf({ hostname, port }: URL): FetchImplementation {
  const proxy = egressProxy(hostname, Number(port || 443), process.env);
  const dispatcher = proxy === undefined ? new Agent() : new ProxyAgent(proxy.href);
  return (url, { headers, ...options }) => fetch(url, { ...options, headers: [...headers], dispatcher });
}
