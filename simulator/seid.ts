/**
 * The process that simulates seid: a CometBFT RPC with `GET /status`, and in a chain that can stop others. It only reports and follows
 * messages. The simulated kubelet that started it decides when it boots, how slowly it stops and whether it ignores a
 * SIGTERM, so that a fault takes effect at once and in a known order.
 */
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The only argument, as JSON, from the simulated kubelet. */
export interface SeidArguments {
  chainId: string;
  moniker: string;
  /** Time of height 0, milliseconds since 1970. Heights are derived from it, so they continue after a restart. */
  genesisTime: number;
  blockIntervalMs: number;
  votingPower: number;
  /** `false` leaves out the JSON-RPC wrapper, as Sei sometimes does. */
  jsonRpcEnvelope: boolean;
  /** Whether it asks the kubelet for each answer of its RPC: it is a node of a chain that can stop. */
  asksForAnswers: boolean;
}

/** Messages that seid sends to the simulated kubelet. `asked`: a request for its RPC, to be answered with this id. */
export type SeidReport =
  | { type: 'started' }
  | { type: 'asked'; id: number; url: string }
  | { type: 'serving'; port: number }
  | { type: 'sigterm' }
  | { type: 'genesis'; genesisTime: number };

/** Messages that it receives. `serve` without a port picks a free one; `genesis` changes the time of height 0. */
export type SeidOrder =
  | { type: 'serve'; port?: number }
  | { type: 'exit' }
  | { type: 'genesis'; genesisTime: number }
  | { type: 'answer'; id: number; status: number; body: string };

// Below the range that Linux uses for outgoing connections, so that no other connection can take the port in the short
// time between two runs of seid; and below the ports that dev/free-port.ts gives to servers, which listen seconds later.
const FIRST_PORT = 15_000;
const PORTS = 5_000;
const BIND_RETRY_MS = 20;

// An import reads every export of the module, and one of them loads all that `fetch` is made of: half of the start of
// this process, of which tests start hundreds.
const { createServer } = process.getBuiltinModule('node:http');

const report = (message: SeidReport): void => void process.send?.(message);

// Before anything else: an early SIGTERM must not trigger the default action.
process.on('SIGTERM', () => report({ type: 'sigterm' }));
// Ctrl-C in a terminal reaches the whole process group; only the parent decides when seid ends.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(0));

const chain = JSON.parse(process.argv[2] ?? '{}') as SeidArguments;
process.title = `seid start --chain-id ${chain.chainId} --moniker ${chain.moniker}`;

const status = (): unknown => {
  const height = Math.max(0, Math.floor((Date.now() - chain.genesisTime) / chain.blockIntervalMs));
  const result = {
    node_info: { network: chain.chainId, moniker: chain.moniker },
    sync_info: {
      latest_block_height: String(height),
      latest_block_time: new Date(chain.genesisTime + height * chain.blockIntervalMs).toISOString(),
      catching_up: false,
    },
    validator_info: { voting_power: String(chain.votingPower) },
  };
  return chain.jsonRpcEnvelope ? { jsonrpc: '2.0', id: -1, result } : result;
};

const unanswered = new Map<number, ServerResponse>();
let asked = 0;

const server = createServer((request, response) => {
  if (chain.asksForAnswers) {
    unanswered.set((asked += 1), response);
    return report({ type: 'asked', id: asked, url: request.url ?? '/' });
  }
  const found = request.url?.split('?')[0] === '/status';
  response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
  response.end(found ? JSON.stringify(status()) : '');
});

const serve = (port: number | undefined): void => {
  server.once('error', () => setTimeout(serve, BIND_RETRY_MS, port));
  server.listen(port ?? FIRST_PORT + Math.floor(Math.random() * PORTS), '127.0.0.1', () => {
    server.removeAllListeners('error');
    report({ type: 'serving', port: (server.address() as AddressInfo).port });
  });
};

process.on('message', (order: SeidOrder) => {
  if (order.type === 'exit') process.exit(0);
  if (order.type === 'serve') serve(order.port);
  if (order.type === 'answer') {
    unanswered.get(order.id)?.writeHead(order.status, { 'content-type': 'application/json' }).end(order.body);
    unanswered.delete(order.id);
  }
  if (order.type === 'genesis') {
    chain.genesisTime = order.genesisTime;
    report(order);
  }
});

report({ type: 'started' });
