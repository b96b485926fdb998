import { stopRequest } from '../stop-request.ts';

const shutdown = stopRequest();
const { runCodecServer } = await import('./run-codec-server.ts');
process.exit(await runCodecServer(shutdown));
