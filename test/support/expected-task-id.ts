import { createHash } from 'node:crypto';

const NAMESPACE = 'b7e89c3a4f124d8b9a6e1c2d3e4f5a6b';

/** The sidecar's task id by contract §1.2 (RFC 9562, version 5), computed without the product's code. */
export function expectedTaskId(owner: string, kind: string): string {
  const hash = createHash('sha1').update(NAMESPACE, 'hex').update(`${owner}/${kind}/0`).digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString('hex', 0, 16);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
