/**
 * Draws docs/images/dashboard.png: `npm run record-dashboard`. A Prometheus scrapes two processes of the service that
 * carry out tasks, and Chromium draws what it answers to the queries of the dashboard.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { goTool } from '../../../dev/binaries/go-tool.ts';
import { freePort } from '../../../dev/free-port.ts';
import { startServer } from '../../../dev/local-server.ts';
import { reportToStderr } from '../../../dev/progress-reporter.ts';
import { startLocalStack } from '../../../dev/start-local-stack.ts';
import { startServersWithManifests } from '../../../dev/start-servers-with-manifests.ts';
import { takeScreenshot } from '../chromium.ts';
import { CHAIN_ID, NODES, RESTART_GRACE_MS, carryOutTasks } from './carry-out-tasks.ts';
import { dashboardPage } from './dashboard-page.ts';
import { Pods } from './pods.ts';
import { PrometheusClient, prometheusServer, SCRAPE_SECONDS } from './prometheus.ts';
import { queryPanel } from './query-panel.ts';
import { readDashboard } from './read-dashboard.ts';

const IMAGE = fileURLToPath(new URL('../../images/dashboard.png', import.meta.url));
const WIDTH = 1_500;
const CAPTION =
  'Not Grafana: drawn with uPlot by `npm run record-dashboard` from what Prometheus answers to the queries of deploy/monitoring/dashboard.json.';
/** As Grafana computes it. */
const RATE_INTERVAL = `${4 * SCRAPE_SECONDS}s`;

const dashboard = await readDashboard();
const binary = await goTool('prometheus', process.env, reportToStderr);
await using started = new AsyncDisposableStack();
const servers = await startServersWithManifests({ onUnexpectedExit: (error) => reportToStderr(error.message) });
started.defer(servers.stop);
const chain = { chainId: CHAIN_ID, restartGraceMs: RESTART_GRACE_MS };
const stack = started.use(await startLocalStack({ servers, namespace: CHAIN_ID, chain }));
await Promise.all(Object.entries(NODES).map(([name, node]) => stack.addNode(name, node)));
const pods = started.use(await Pods.create(['a', 'b', 'c'], stack));

const { directory } = servers;
const port = await freePort();
const definition = await prometheusServer({ binary, directory, port, pods: pods.addresses });
started.adopt(await startServer(definition, (error) => reportToStderr(error.message)), (server) => server.stop());
await pods.start('a');
await pods.start('b');
const range = { ...(await carryOutTasks({ stack, pods }, reportToStderr)), step: SCRAPE_SECONDS };

const prometheus = new PrometheusClient(`http://127.0.0.1:${port}`);
const variables = { ...dashboard.variables, __rate_interval: RATE_INTERVAL };
const answered = await Promise.all(
  dashboard.panels.map(async (panel) => ({ panel, series: await queryPanel(panel, prometheus, range, variables) })),
);
for (const { panel, series } of answered)
  if (panel.targets.length > 0 && series.length === 0) reportToStderr(`"${panel.title}" shows: ${panel.noValue}`);

const page = await dashboardPage(dashboard, answered, { range, caption: CAPTION });
const file = join(directory, 'dashboard.html');
await writeFile(file, page.html);
await takeScreenshot({
  url: pathToFileURL(file).href,
  image: IMAGE,
  width: WIDTH,
  height: page.height,
  budgetMs: 5_000,
});
console.log(IMAGE);
