import type { SimulatedNode } from '../simulator/simulated-node.ts';
import type { Stopwatch } from './stopwatch.ts';

const INTERVAL_MS = 20;

/** Prints signals to a node's seid, and when its process goes and comes, until disposed. */
export function watchSeid(node: SimulatedNode, stopwatch: Stopwatch): Disposable {
  let { seidPid: pid, sigtermsReceived: sigterms } = node;
  const look = (): void => {
    if (node.sigtermsReceived !== sigterms) stopwatch.lap(`seid       pid ${pid} got a SIGTERM`);
    if (node.seidPid !== pid)
      stopwatch.lap(
        node.seidPid === undefined ? `seid       pid ${pid} has ended` : `seid       pid ${node.seidPid} has started`,
      );
    ({ seidPid: pid, sigtermsReceived: sigterms } = node);
  };
  const timer = setInterval(look, INTERVAL_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
