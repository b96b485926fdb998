import { fileURLToPath } from 'node:url';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, Worker } from '@temporalio/worker';

const { connectionOptions, namespace } = loadClientConnectConfig();
const connection = await NativeConnection.connect(connectionOptions);
const worker = await Worker.create({
  connection,
  namespace: namespace ?? 'default',
  taskQueue: 'our-runbooks',
  workflowsPath: fileURLToPath(new URL('./workflows.ts', import.meta.url)),
});
await worker.run();
await connection.close();
