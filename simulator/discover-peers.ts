import { createHash } from 'node:crypto';
import { decodeParams, type Decoded } from './go-decode.ts';
import { quoteGo } from './go-format.ts';
import type { TaskContext } from './task-context.ts';

const P2P_PORT = 26_656;

const SOURCE = {
  struct: 'tasks.PeerSourceEntry',
  fields: {
    type: 'string',
    region: 'string',
    tags: { map: 'string' },
    addresses: { list: 'string' },
    endpoints: { list: 'string' },
  },
} as const;
const REQUEST = { struct: 'tasks.DiscoverPeersRequest', fields: { sources: { list: SOURCE } } } as const;

type Source = Decoded<typeof SOURCE>;

/** For each type of source: what is missing in it, if anything, and the peers that it finds. */
const sourceTypes: Readonly<
  Record<string, { problem: (source: Source) => string | undefined; peers: (source: Source) => string[] }>
> = {
  ec2Tags: {
    problem: ({ region, tags }) => {
      if (region === '') return "ec2Tags source missing required field 'region'";
      return Object.keys(tags).length === 0 ? 'ec2Tags source has empty tags' : undefined;
    },
    peers: ({ region, tags }) => {
      const wanted = Object.entries(tags).map(([tag, value]) => `${tag}=${value}`);
      return [madeUpInstance([region, ...wanted.toSorted((a, b) => (a < b ? -1 : 1))].join(' '))];
    },
  },
  static: {
    problem: ({ addresses }) => (addresses.length === 0 ? 'static source has empty addresses' : undefined),
    peers: ({ addresses }) => addresses,
  },
  dnsEndpoints: {
    problem: ({ endpoints }) => (endpoints.length === 0 ? 'dnsEndpoints source has empty endpoints' : undefined),
    peers: ({ endpoints }) => endpoints.map((endpoint) => `${madeUpNodeId(endpoint)}@${endpoint}:${P2P_PORT}`),
  },
};

/** Finds peers and replaces those in config.toml. seid reads it when it starts. */
export async function discoverPeers({ params, configuration }: TaskContext): Promise<void> {
  const { sources } = decodeParams(REQUEST, params);
  if (sources.length === 0) throw new Error("discover-peers: missing required param 'sources'");
  for (const [index, source] of sources.entries()) {
    const known = sourceTypes[source.type];
    const problem = known === undefined ? `unknown type ${quoteGo(source.type)}` : known.problem(source);
    if (problem !== undefined) throw new Error(`discover-peers: source[${index}]: ${problem}`);
  }
  configuration.persistentPeers = [
    ...new Set(sources.flatMap((source) => sourceTypes[source.type]?.peers(source) ?? [])),
  ];
}

/** The same tags find the same instance. Its address is from a range that is reserved for documentation. */
function madeUpInstance(query: string): string {
  const digest = createHash('sha256').update(query).digest();
  return `${madeUpNodeId(query)}@203.0.113.${digest.readUInt8(31)}:${P2P_PORT}`;
}

function madeUpNodeId(query: string): string {
  return createHash('sha256').update(query).digest('hex').slice(0, 40);
}
