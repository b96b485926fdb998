/** Starts the local servers for a developer and keeps them up until Ctrl-C. */
import { once } from 'node:events';
import { startLocalServers } from './start-local-servers.ts';

console.log('Starting etcd, kube-apiserver and Temporal …');
const { directory, kubernetes, temporal, stop } = await startLocalServers();
console.log(`
Temporal UI   ${temporal.uiUrl}
Logs          ${directory}

  export KUBECONFIG=${kubernetes.kubeconfig('admin')}
  export TEMPORAL_ADDRESS=${temporal.address}

Ctrl-C stops everything and removes its data.`);
await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
await stop();
