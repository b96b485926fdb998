/**
 * Whether a resourceVersion was given out before another one. The API server's are etcd's revisions, which only a
 * restored backup turns back; what is not a decimal number cannot be compared and is not older.
 */
export function isOlderVersion(version: string, than: string): boolean {
  return isNumber(version) && isNumber(than) && BigInt(version) < BigInt(than);
}

function isNumber(version: string): boolean {
  return /^\d{1,20}$/.test(version);
}
