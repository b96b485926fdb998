import { jwtClaims } from './jwt-claims.ts';

/**
 * The audiences of a token: its claim `aud`, which is one text or a list of them.
 *
 * @returns Empty for a token without audiences; `undefined` for text that is not a JSON Web Token.
 */
export function tokenAudiences(token: string): string[] | undefined {
  const claims = jwtClaims(token);
  return claims && [claims['aud']].flat().filter((audience) => typeof audience === 'string');
}

/**
 * Whether the API server would accept this token, as far as the token says. The API server's audiences are those of the
 * token that this process shows it. By default an API server has its issuer as its only audience, and it also accepts
 * old ServiceAccount tokens, which have no audience.
 *
 * @param apiServerToken - Unset: this process has another kind of credential.
 */
export function opensApiServer(token: string, apiServerToken: string | undefined): boolean {
  const audiences = tokenAudiences(token);
  if (audiences === undefined) return token === apiServerToken;
  const known = apiServerToken === undefined ? undefined : tokenAudiences(apiServerToken);
  const accepted = known ?? [jwtClaims(token)?.['iss']];
  return audiences.length === 0 || audiences.some((audience) => accepted.includes(audience));
}
