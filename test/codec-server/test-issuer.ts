import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT, type GenerateKeyPairResult, type JWK, type JWTPayload } from 'jose';
import { closeServer, listenLocally, portOf } from '../support/local-server.ts';

const ALGORITHM = 'ES256';

/** What a token of the issuer has unless a test says otherwise. */
export const AUDIENCE = 'temporal-ui';
export const SUBJECT = 'jane';
export const CLAIM = { name: 'groups', values: ['sei-operators', 'sei-on-call'] };

interface SigningKeys {
  readonly privateKey: GenerateKeyPairResult['privateKey'];
  readonly publicKey: JWK;
  readonly id: string;
}

/** Serves the keys by which it signs tokens, as an OpenID Connect issuer does. */
export class TestIssuer implements AsyncDisposable {
  readonly name = 'https://issuer.example';
  /** Of the answers. */
  status = 200;
  readonly #keys: SigningKeys;
  readonly #server = createServer((_request, response) => {
    const { publicKey, id: kid } = this.#keys;
    const keys = [{ ...publicKey, kid, alg: ALGORITHM, use: 'sig' }];
    response.writeHead(this.status, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }));
  });

  private constructor(keys: SigningKeys) {
    this.#keys = keys;
  }

  static async start(): Promise<TestIssuer> {
    const issuer = new TestIssuer(await newKeys('first'));
    await listenLocally(issuer.#server);
    return issuer;
  }

  get keysUrl(): URL {
    return new URL(`http://127.0.0.1:${portOf(this.#server)}/keys`);
  }

  /** A token with these claims in place of the usual ones. `undefined`: without the claim. */
  async sign(claims: JWTPayload = {}): Promise<string> {
    const { privateKey, id: kid } = this.#keys;
    const usual = { iss: this.name, aud: AUDIENCE, sub: SUBJECT, exp: Date.now() / 1000 + 600, groups: CLAIM.values };
    return await new SignJWT(JSON.parse(JSON.stringify({ ...usual, ...claims })))
      .setProtectedHeader({ alg: ALGORITHM, kid })
      .sign(privateKey);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await closeServer(this.#server);
  }
}

async function newKeys(id: string): Promise<SigningKeys> {
  const { privateKey, publicKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  return { privateKey, publicKey: await exportJWK(publicKey), id };
}
