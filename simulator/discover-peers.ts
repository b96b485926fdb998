import { createHash } from 'node:crypto';
import { decodeObjects, decodeParams } from './go-decode.ts';
import type { TaskContext } from './task-context.ts';

const P2P_PORT = 26_656;

/** Finds peers and writes them to config.toml in place of those that were there; seid reads it when it starts. */
export async function discoverPeers({ params, configuration }: TaskContext): Promise<void> {
  const sources = decodeObjects('peerDiscoverParams.sources', 'tasks.peerSourceConfig', params['sources']);
  if (sources.length === 0) throw new Error("discover-peers: missing required param 'sources'");
  configuration.persistentPeers = [...new Set(sources.flatMap(peersOf))];
}

function peersOf(source: Record<string, unknown>, index: number): string[] {
  const { type, region } = decodeParams('peerDiscoverParams.sources', { type: 'string', region: 'string' }, source);
  const { tags, addresses } = source;
  const problem = (what: string): Error => new Error(`discover-peers: source[${index}]: ${what}`);
  if (type === 'static') {
    if (!Array.isArray(addresses) || addresses.length === 0) throw problem('static source has empty addresses');
    return addresses as string[];
  }
  if (type !== 'ec2Tags') throw problem(`unknown type ${JSON.stringify(type)}`);
  if (region === '') throw problem("ec2Tags source missing required field 'region'");
  const wanted = Object.entries((tags ?? {}) as Record<string, string>).map(([tag, value]) => `${tag}=${value}`);
  if (wanted.length === 0) throw problem('ec2Tags source has empty tags');
  return [madeUpInstance([region, ...wanted.toSorted((a, b) => (a < b ? -1 : 1))].join(' '))];
}

/** The same tags find the same instance, at an address that is reserved for documentation. */
function madeUpInstance(query: string): string {
  const digest = createHash('sha256').update(query).digest();
  return `${digest.toString('hex').slice(0, 40)}@203.0.113.${digest.readUInt8(31)}:${P2P_PORT}`;
}
