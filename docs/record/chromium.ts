import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const CHROMIUM = process.env['CHROMIUM'] ?? 'chromium';
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--hide-scrollbars',
];

export interface Screenshot {
  readonly url: string;
  /** Path of the PNG. */
  readonly image: string;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** Time that the page may pass before the picture is taken, in milliseconds. */
  readonly budgetMs: number;
}

/** Takes a picture of a page. @throws Error when Chromium fails. */
export async function takeScreenshot({ url, image, width, height, budgetMs }: Screenshot): Promise<void> {
  const profile = await mkdtemp(join(tmpdir(), 'chromium-'));
  const options = [
    `--window-size=${width},${height}`,
    `--virtual-time-budget=${budgetMs}`,
    `--user-data-dir=${profile}`,
    `--screenshot=${image}`,
  ];
  // It complains of a desktop that is not there, also when all is well.
  const browser = spawn(CHROMIUM, [...FLAGS, ...options, url], { stdio: ['ignore', 'ignore', 'pipe'] });
  const [complaints, [code]] = await Promise.all([text(browser.stderr), once(browser, 'exit')]);
  await rm(profile, { recursive: true, force: true });
  if (code !== 0) throw new Error(`${CHROMIUM} ended with code ${code}; set CHROMIUM to where it is: ${complaints}`);
}
