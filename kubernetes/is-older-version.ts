/**
 * Whether a resourceVersion is older than another one. The API server's are etcd's revisions, which only decrease when
 * a backup is restored. One that is not a decimal number cannot be compared and does not count as older.
 */
export function isOlderVersion(version: string, than: string): boolean {
  return isNumber(version) && isNumber(than) && BigInt(version) < BigInt(than);
}

function isNumber(version: string): boolean {
  return /^\d{1,20}$/.test(version);
}
