/** A parent to be killed: starts the local servers in the given directory and prints their process ids as JSON. */
import { startLocalServers } from '../../dev/start-local-servers.ts';

const { kubernetes, temporal } = await startLocalServers({ directory: process.argv[2]! });
console.log(JSON.stringify([kubernetes.etcd.pid, kubernetes.apiServer.pid, temporal.server.pid]));
