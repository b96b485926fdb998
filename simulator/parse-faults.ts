import { ANSWERED_LIES } from './chain/rpc-lies.ts';
import { rpcMethods } from './chain/rpc-results.ts';
import { GARBAGE_BODIES, type Faults } from './faults.ts';
import { boolean, integer, object, oneOf, parseJson, string, type Check } from './parse-json.ts';

const METHODS = ['GET', 'POST', 'DELETE'];
const LIES = [...ANSWERED_LIES, ...GARBAGE_BODIES, 'hang'];

const scope = { method: oneOf(METHODS), times: integer(1) };
const checks: Readonly<Record<keyof Faults, Check>> = {
  slowStopMs: integer(0),
  slowBootMs: integer(0),
  ignoreSigterm: boolean,
  neverBoot: boolean,
  refuseConnections: object(scope),
  hang: object(scope),
  answerStatus: object({ ...scope, status: integer(100, 599), error: string, retryAfterSeconds: integer(0) }, [
    'status',
  ]),
  garbage: object({ ...scope, body: oneOf(GARBAGE_BODIES) }, ['body']),
  dropAfterPost: object({ times: scope.times }),
  taskNotFound: object({ times: scope.times }),
  lagBlocks: integer(0),
  frozen: boolean,
  catchUpMs: integer(0),
  rpc: object({ method: oneOf(Object.keys(rpcMethods)), times: scope.times, lie: oneOf(LIES) }, ['lie']),
};

/**
 * Reads {@link Faults} from a JSON text.
 * @throws {InvalidInput} names the first field that is wrong, its value and what is allowed.
 */
export function parseFaults(body: string): Faults {
  return parseJson(body, object(checks), 'faults', 'a JSON object with faults, {} for none') as Faults;
}
