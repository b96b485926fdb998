import { parsedJson } from './parsed-json.ts';

/**
 * The claims of a JSON Web Token, read without a check of its signature: good for messages, never for a decision about
 * rights.
 *
 * @returns `undefined` for text that is not such a token.
 */
export function jwtClaims(token: string): Readonly<Record<string, unknown>> | undefined {
  const [, payload, , ...rest] = token.split('.');
  if (payload === undefined || rest.length > 0) return undefined;
  const claims = parsedJson(Buffer.from(payload, 'base64url').toString());
  return typeof claims === 'object' && claims !== null && !Array.isArray(claims) ? { ...claims } : undefined;
}
