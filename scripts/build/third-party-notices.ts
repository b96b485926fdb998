import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const LICENCE = /^(un)?licen[cs]e|^copying|^notice/i;
const RULE = '-'.repeat(80);

/**
 * The names, versions and licence texts of packages that are part of a bundle.
 *
 * @param folders - Of the packages, relative to the project.
 * @throws Error for a package without a licence text.
 */
export async function thirdPartyNotices(project: string, folders: readonly string[]): Promise<string> {
  const notices = await Promise.all(folders.map((folder) => noticeOf(join(project, folder))));
  return `kubectl-snt contains the following packages.\n\n${[...new Set(notices)].join('')}`;
}

async function noticeOf(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const files = (await readdir(folder)).filter((file) => LICENCE.test(file)).toSorted();
  if (files.length === 0)
    throw new Error(
      `${name} ${version} (${license}) has no licence text in ${folder}. Replace it, or do not bundle it.`,
    );
  const texts = await Promise.all(files.map(async (file) => (await readFile(join(folder, file), 'utf8')).trim()));
  return `${RULE}\n${name} ${version} (${license})\n${RULE}\n\n${texts.join('\n\n')}\n\n`;
}
