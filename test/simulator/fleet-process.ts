/** A process that runs a fleet, to be killed: prints the pids of its seid processes, then keeps running. */
import { startFleet } from '../../simulator/fleet.ts';

const fleet = await startFleet();
const nodes = await Promise.all(['a', 'b'].map((name) => fleet.addNode({ namespace: 'default', name })));
// Neither a SIGTERM that is ignored nor a boot that never ends may keep seid alive.
nodes[0]?.setFaults({ ignoreSigterm: true });
nodes.push(await fleet.addNode({ namespace: 'default', name: 'c', faults: { neverBoot: true } }));
console.log(JSON.stringify(nodes.map((node) => node.seidPid)));
