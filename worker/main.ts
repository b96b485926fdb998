import { stopRequest } from './stop-request.ts';

const shutdown = stopRequest();
const { runProcess } = await import('./run-process.ts');
// The SDK's runtime keeps the process alive until its connection is closed, and a connection attempt cannot be aborted.
process.exit(await runProcess(shutdown));
