import type { ChainFaults } from './chain/chain-node.ts';
import type { RpcMethod } from './chain/rpc-results.ts';
import type { RpcLie } from './chain/rpc-lies.ts';

/** Limits a fault to one method, of HTTP or of seid's RPC, and to a number of requests. Unset: until it is switched off. */
interface FaultScope<Method extends string = 'GET' | 'POST' | 'DELETE'> {
  method?: Method;
  /** Number of requests that the fault affects. */
  times?: number;
}

/**
 * The faults that can be set on one node. Unset: off. `lagBlocks`, `frozen`, `catchUpMs` and `rpc` need a fleet with
 * `consensus`; in others they do nothing.
 */
export interface Faults extends ChainFaults {
  /** seid takes this long to exit after a SIGTERM. */
  slowStopMs?: number;
  /** seid's RPC listens only this long after its process has started. */
  slowBootMs?: number;
  /** seid ignores SIGTERM. */
  ignoreSigterm?: boolean;
  /** seid's process runs, but its RPC never listens. */
  neverBoot?: boolean;
  /**
   * The connection is destroyed before anything is done or answered. For a client that cannot have sent anything, use
   * {@link Fleet.stopListening}.
   */
  refuseConnections?: FaultScope;
  /** Accepted and never answered; nothing is done. */
  hang?: FaultScope;
  /** Answered with this status, and nothing is done. `error` is the text of the body; without `retryAfterSeconds` the
   * answer has no `Retry-After`. */
  answerStatus?: FaultScope & { status: number; error?: string; retryAfterSeconds?: number };
  /** Answered with 200 and a useless body, and nothing is done. */
  garbage?: FaultScope & { body: GarbageBody };
  /** A POST is carried out and its connection destroyed without an answer. */
  dropAfterPost?: Pick<FaultScope, 'times'>;
  /** `GET /v0/tasks/{id}` answers 404 although the task is there. */
  taskNotFound?: Pick<FaultScope, 'times'>;
  /** What is asked of seid's RPC through the fleet is answered wrongly. */
  rpc?: FaultScope<RpcMethod> & { lie: RpcLie };
}

/** An HTML page; half a JSON body and then the end of the connection; an empty body; a body of 10 MB. */
export const GARBAGE_BODIES = ['html', 'half', 'empty', 'huge'] as const;

export type GarbageBody = (typeof GARBAGE_BODIES)[number];

type ScopedFault = {
  [F in keyof Faults]-?: Faults[F] extends FaultScope<string> | undefined ? F : never;
}[keyof Faults];

/** The current faults of one node. Those with a count are used up by the requests that they affect. */
export class FaultSwitch {
  #faults: Faults = {};

  get current(): Faults {
    return this.#faults;
  }

  /** Replaces all faults with these. */
  replace(faults: Faults): void {
    this.#faults = structuredClone(faults);
  }

  /** The fault, if it affects a request with this method; one of its `times` is then used up. */
  take<F extends ScopedFault>(name: F, method: string): Faults[F] {
    const fault: FaultScope<string> | undefined = this.#faults[name];
    if (fault === undefined || (fault.method !== undefined && fault.method !== method)) return undefined;
    if (fault.times !== undefined) {
      fault.times -= 1;
      if (fault.times <= 0) delete this.#faults[name];
    }
    return fault as Faults[F];
  }
}
