import { boolean, integer, object, parseJson, string, type Check } from '../parse-json.ts';
import { json, type Answer } from '../sidecar-api.ts';
import type { UpgradePlan } from './consensus-options.ts';
import type { SimulatedChain } from './simulated-chain.ts';
import type { ValidatorState } from './validators.ts';

const VALIDATOR = /^\/validators\/(?<name>[^/]+)$/;

const validatorState = object({ jailed: boolean, down: boolean, power: string });
const plan = object({ name: string, height: integer(1) }, ['name', 'height']);
const planOrNull: Check = (field, value) => (value === null ? undefined : plan(field, value));

interface ChainRequest {
  method: string;
  /** Below the chain's own. */
  path: string;
  body: string;
}

type Action = (chain: SimulatedChain, body: string, name: string) => void;

const actions: Readonly<Record<string, Action>> = {
  'GET ': () => {},
  'PUT /validators/<name>': (chain, body, name) => {
    const state = parseJson(body, validatorState, 'validator', 'a JSON object with jailed, down or power');
    chain.setValidator(name, state as Partial<ValidatorState>);
  },
  'PUT /upgrade': (chain, body) => {
    const planned = parseJson(body, planOrNull, 'upgrade', 'a JSON object with name and height, or null');
    chain.planUpgrade((planned as UpgradePlan | null) ?? undefined);
  },
  'POST /upgrade': (chain) => chain.upgradeAll(),
};

/**
 * Shows and changes a chain. Each of the `actions` answers with its facts. The state of a validator has `jailed`, `down`
 * and `power`, each optional. An upgrade has `name` and `height`; `null` plans none, and POST upgrades all nodes.
 * @throws {InvalidInput} the body is not valid.
 */
export function controlChain(chain: SimulatedChain, { method, path, body }: ChainRequest): Answer {
  const name = VALIDATOR.exec(path)?.groups?.['name'];
  const action = actions[`${method} ${name === undefined ? path : '/validators/<name>'}`];
  if (action === undefined) {
    return json(404, { error: `no such action; there are: ${Object.keys(actions).join(', ')}` });
  }
  action(chain, body, decodeURIComponent(name ?? ''));
  const { chainId, height, validators, stops } = chain;
  return json(200, { chainId, height, validators, upgrade: chain.plan ?? null, stops });
}
