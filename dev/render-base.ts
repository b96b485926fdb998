/** Writes deploy/base/sei-node-tasks.yaml from the chart with its default values: `npm run render`. */
import { writeFile } from 'node:fs/promises';
import { renderChart } from './helm.ts';

const release = { chart: 'sei-node-tasks', name: 'sei-node-tasks', namespace: 'sei-system' } as const;
await writeFile(new URL('../deploy/base/sei-node-tasks.yaml', import.meta.url), await renderChart(release));
