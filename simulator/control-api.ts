import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { controlChain } from './chain/control-chain.ts';
import type { SimulatedChain } from './chain/simulated-chain.ts';
import { changeHeight, showHeight, type WithHeight } from './height-control.ts';
import { parseFaults } from './parse-faults.ts';
import { InvalidInput } from './parse-json.ts';
import { json, writeAnswer, type Answer } from './sidecar-api.ts';
import type { SimulatedNode } from './simulated-node.ts';

/** Path prefix of the simulator itself, not of a sidecar. */
export const CONTROL_PREFIX = '/_simulator/';

const CHAIN = `${CONTROL_PREFIX}chain`;
const NODE_PATH = /^\/_simulator\/nodes\/(?<key>[^/]+\/[^/]+)(?<path>\/.+)?$/;

interface ControlRequest {
  method: string;
  url: string;
  body: string;
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
  'POST /lose-store': (node) => {
    node.loseStore();
    return json(200, node.facts().sidecar);
  },
  'POST /start-sidecar': (node) => {
    node.startSidecar();
    return json(200, node.facts().sidecar);
  },
  'POST /upgrade': (node) => {
    node.chainNode.upgrade();
    return json(200, { height: node.chainNode.height });
  },
  'GET /height': (node) => showHeight(heightOf(node)),
  'PUT /height': (node, body) => changeHeight(heightOf(node), body),
};

/** All nodes together. */
interface ControlledFleet {
  readonly height: number;
  setHeight(height: number): Promise<void>;
  /** @throws {InvalidInput} there is none that can stop. */
  readonly chain: SimulatedChain;
}

/** What requests of the control API act on. */
export interface Controlled {
  nodes: ReadonlyMap<string, SimulatedNode>;
  fleet: ControlledFleet;
}

/**
 * Shows nodes and sets faults, for other processes: `GET /_simulator/nodes` lists them, under
 * `/_simulator/nodes/<namespace>/<name>` are the `actions`, `/_simulator/height` is that of the chain, and
 * `/_simulator/chain` is the chain of a fleet with `consensus`.
 */
export async function handleControlRequest(
  controlled: Controlled,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await text(request).catch(() => '');
  const { method = '', url = '' } = request;
  try {
    writeAnswer(response, await answerTo(controlled, { method, url, body }));
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    writeAnswer(response, json(400, { error: error.message }));
  }
}

async function answerTo({ nodes, fleet }: Controlled, request: ControlRequest): Promise<Answer> {
  const { method, url, body } = request;
  if (url === CHAIN || url.startsWith(`${CHAIN}/`)) {
    return controlChain(fleet.chain, { method, path: url.slice(CHAIN.length), body });
  }
  const chain = { readHeight: () => fleet.height, setHeight: (height: number) => fleet.setHeight(height) };
  switch (`${method} ${url}`) {
    case `GET ${CONTROL_PREFIX}nodes`:
      return json(200, [...nodes.values()].map(summary));
    case `GET ${CONTROL_PREFIX}height`:
      return await showHeight(chain);
    case `PUT ${CONTROL_PREFIX}height`:
      return await changeHeight(chain, body);
    default:
      return await act(nodes, request);
  }
}

async function act(nodes: Controlled['nodes'], { method, url, body }: ControlRequest): Promise<Answer> {
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

function heightOf(node: SimulatedNode): WithHeight {
  return { readHeight: () => node.latestHeight(), setHeight: (height) => node.setHeight(height) };
}
