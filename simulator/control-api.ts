import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { InvalidFaults, parseFaults } from './parse-faults.ts';
import { json, writeAnswer, type Answer } from './sidecar-api.ts';
import type { SimulatedNode } from './simulated-node.ts';

/** Under this the simulator itself is reached, not a sidecar. */
export const CONTROL_PREFIX = '/_simulator/';

const NODE_PATH = /^\/_simulator\/nodes\/(?<key>[^/]+\/[^/]+)(?<path>\/.+)?$/;

/** What somebody outside may look at and change. */
export interface Controlled {
  readonly nodes: ReadonlyMap<string, SimulatedNode>;
  readonly chain: { readonly height: number; advanceTo(height: number): void };
}

type Action = (node: SimulatedNode, body: string) => Promise<Answer> | Answer;

const actions: Readonly<Record<string, Action>> = {
  'GET ': (node) => json(200, node.facts()),
  'PUT /faults': (node, body) => {
    node.setFaults(parseFaults(body));
    return json(200, node.faults);
  },
  'POST /crash-sidecar': (node) => {
    node.crashSidecar();
    return json(200, node.facts().sidecar);
  },
  'POST /stop-sidecar': async (node) => {
    await node.stopSidecar();
    return json(200, node.facts().sidecar);
  },
  'POST /start-sidecar': (node) => {
    node.startSidecar();
    return json(200, node.facts().sidecar);
  },
};

/**
 * Shows nodes and switches faults, for somebody outside the process: `GET /_simulator/nodes` lists them, under
 * `/_simulator/nodes/<namespace>/<name>` are the `actions`. `PUT /_simulator/chain` with `{"height": N}` has the chain
 * be at that height.
 */
export async function handleControlRequest(
  { nodes, chain }: Controlled,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await text(request).catch(() => '');
  const { method = '', url = '' } = request;
  try {
    const call = `${method} ${url}`;
    if (call === `GET ${CONTROL_PREFIX}nodes`) writeAnswer(response, json(200, [...nodes.values()].map(summary)));
    else if (call === `PUT ${CONTROL_PREFIX}chain`) writeAnswer(response, advance(chain, body));
    else writeAnswer(response, await act(nodes, { method, url, body }));
  } catch (error) {
    if (!(error instanceof InvalidFaults)) throw error;
    writeAnswer(response, json(400, { error: error.message }));
  }
}

function advance(chain: Controlled['chain'], body: string): Answer {
  try {
    chain.advanceTo(heightIn(body));
    return json(200, { height: chain.height });
  } catch (error) {
    return json(400, { error: (error as Error).message });
  }
}

/** Whatever it is. */
function heightIn(body: string): number {
  try {
    return (JSON.parse(body) as { height: number }).height;
  } catch {
    throw new Error('the body must be a JSON object with the height: {"height": 2000}');
  }
}

async function act(
  nodes: ReadonlyMap<string, SimulatedNode>,
  { method, url, body }: { method: string; url: string; body: string },
): Promise<Answer> {
  const { key, path = '' } = NODE_PATH.exec(url)?.groups ?? {};
  const node = nodes.get(key ?? '');
  if (node === undefined) return json(404, { error: `no such node; there are: ${[...nodes.keys()].join(', ')}` });
  const action = actions[`${method} ${path}`];
  return action?.(node, body) ?? json(404, { error: `no such action; there are: ${Object.keys(actions).join(', ')}` });
}

function summary(node: SimulatedNode): unknown {
  const { requests, tasks, ...facts } = node.facts();
  return { ...facts, requests: requests.length, tasks: tasks.length };
}
