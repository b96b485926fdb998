import type { IncomingHttpHeaders } from 'node:http';
import { printable } from '../../lib/printable.ts';
import type { BearerTokens } from './bearer-tokens.ts';
import { CodecRefusal } from './errors.ts';
import type { SignedTokens } from './signed-tokens.ts';

const BEARER = /^Bearer +([!-~]+)$/i;
/** Who uses a token of CODEC_TOKENS_FILE, which names nobody. */
const TOKEN_HOLDER = 'a token of CODEC_TOKENS_FILE';

export interface AdmissionOptions {
  /** Of the Temporal UIs. */
  readonly origins: ReadonlySet<string>;
  /** Unset: none is accepted. */
  readonly bearerTokens: Pick<BearerTokens, 'includes'> | undefined;
  /** Unset: none is accepted. */
  readonly signedTokens: Pick<SignedTokens, 'verify'> | undefined;
}

/** Decides who may have payloads decoded. */
export class Admission {
  readonly #options: AdmissionOptions;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /**
   * The origin of a page that a browser sends the request for. Unset: the client is not a browser.
   *
   * @throws CodecRefusal when the page may not.
   */
  originOf({ origin }: IncomingHttpHeaders): string | undefined {
    if (origin === undefined || this.#options.origins.has(origin)) return origin;
    throw new CodecRefusal(
      'CODEC_ORIGIN_REFUSED',
      `Pages of the origin "${printable(origin, 100)}" may not use this codec server. Add it to CODEC_ORIGINS if it is a Temporal UI.`,
    );
  }

  /**
   * Who sends the request: the subject of a signed token, for the log.
   *
   * @throws CodecRefusal
   */
  async subjectOf({ authorization }: IncomingHttpHeaders): Promise<string> {
    const { bearerTokens, signedTokens } = this.#options;
    const [, token] = BEARER.exec(authorization ?? '') ?? [];
    if (token === undefined)
      throw new CodecRefusal(
        'CODEC_TOKEN_MISSING',
        'The request has no bearer token. In the Temporal UI let it pass the access token, with the CLI use --codec-auth "Bearer <token>".',
      );
    if (bearerTokens?.includes(token) === true) return TOKEN_HOLDER;
    if (signedTokens !== undefined) return printable(String((await signedTokens.verify(token)).sub), 200);
    throw new CodecRefusal(
      'CODEC_TOKEN_REFUSED',
      'The token was not accepted. Use one that CODEC_TOKENS_FILE contains.',
    );
  }
}
