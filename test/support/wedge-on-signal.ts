/**
 * Preloaded into a service by NODE_OPTIONS. SIGUSR2 wedges what the variable WEDGE names: `event-loop`, or `workflows`,
 * whose thread then gets nothing to do.
 */
import { Worker } from 'node:worker_threads';

process.on('SIGUSR2', () => {
  if (process.env['WEDGE'] === 'workflows') Worker.prototype.postMessage = () => {};
  else for (;;);
});
