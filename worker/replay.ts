/** Replays a production history with the workflows of this version: `npm run replay -- FILE|WORKFLOW_ID`. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { dataConverterFor } from '../encryption/data-converter.ts';
import { replayHistory, type ReplayableHistory } from './replay-history.ts';
import { ServiceLog } from './service-log.ts';
import { workflowSource } from './workflow-bundle.ts';

const EXIT_DIFFERS = 1;
const EXIT_USAGE = 2;

/** From a file, or from the Temporal server that TEMPORAL_* names. */
async function historyOf(source: string): Promise<ReplayableHistory> {
  if (existsSync(source)) return JSON.parse(await readFile(source, 'utf8')) as ReplayableHistory;
  const { namespace = 'default', connectionOptions } = loadClientConnectConfig();
  const connection = await Connection.connect(connectionOptions);
  try {
    return await new Client({ connection, namespace }).workflow.getHandle(source).fetchHistory();
  } finally {
    await connection.close();
  }
}

const [source, ...rest] = process.argv.slice(2);
if (source === undefined || rest.length > 0) {
  process.stderr.write(
    'Usage: npm run replay -- FILE|WORKFLOW_ID\nFILE is a history as `temporal workflow show --output json` prints it.\n',
  );
  process.exit(EXIT_USAGE);
}
const { log } = new ServiceLog({ level: 'WARN', format: 'text', secrets: [] });
const dataConverter = dataConverterFor(process.env['PAYLOAD_KEY_FILE'] || undefined, log);
const { error } = await replayHistory(
  { ...workflowSource(undefined, dataConverter), dataConverter },
  await historyOf(source),
);
if (error !== undefined) {
  process.stderr.write(`Replay failed. This version does something else than ${source} recorded: ${error.message}\n`);
  process.exit(EXIT_DIFFERS);
}
process.stdout.write(`Replay passed. This version does what ${source} recorded.\n`);
process.exit(0);
