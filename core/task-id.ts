import { sha1 } from '@noble/hashes/legacy.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';

/** Shared with the Go controller (contract §1.2), so that each can finish a task which the other began. */
const NAMESPACE = hexToBytes('b7e89c3a4f124d8b9a6e1c2d3e4f5a6b');

/**
 * The sidecar's id of a task: UUIDv5 of `<owner>/<kind>/0`.
 *
 * @param owner - The resource's uid; without a resource `<workflow id>/<first execution run id>`.
 */
export function taskId(owner: string, kind: string): string {
  const name = utf8ToBytes(`${owner}/${kind}/0`);
  const input = new Uint8Array(NAMESPACE.length + name.length);
  input.set(NAMESPACE);
  input.set(name, NAMESPACE.length);
  const bytes = sha1(input).slice(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytesToHex(bytes);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
