import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rooms } from '../../scripts/rooms.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
/** Decisions of the past, what commands have recorded, and the generator's copies of other files. */
const LEFT_OUT = /^(docs\/adr\/|docs\/record\/|test\/histories\/\d|deploy\/charts\/[^/]+\/files\/)/;

const read = (file: string): string => readFileSync(`${PROJECT}${file}`, 'utf8');

function checklists(): { readonly title: string; readonly example: string; readonly paths: readonly string[] }[] {
  const [, text = ''] = read('CONTRIBUTING.md').split(/^## Checklists$/m);
  const [section = ''] = text.split(/^## /m);
  return section
    .split(/^### /m)
    .slice(1)
    .map((part) => ({
      title: part.slice(0, part.indexOf('\n')),
      example: /^Example: `(\w+)`$/m.exec(part)?.[1] ?? assert.fail(`no example: ${part}`),
      paths: [...part.matchAll(/`([\w.-]+\/[\w./-]*)`/g)].map(([, path = '']) => path),
    }));
}

function filesWith(word: string): string[] {
  const pattern = new RegExp(`\\b${word}\\b`);
  return Object.keys(rooms)
    .concat('deploy')
    .flatMap((room) => globSync(`${room}/**/*.{ts,md,yaml,json}`, { cwd: PROJECT }))
    .filter((file) => !LEFT_OUT.test(file) && pattern.test(read(file)));
}

describe('the checklists in CONTRIBUTING.md', () => {
  for (const { title, example, paths } of checklists()) {
    it(`${title}: names every file that contains ${example}`, () => {
      const files = filesWith(example);
      assert.ok(files.length > 3, `only ${files.join(', ')}`);
      const unnamed = files.filter(
        (file) => !paths.some((path) => file === path || (path.endsWith('/') && file.startsWith(path))),
      );
      assert.deepEqual(unnamed, []);
    });

    it(`${title}: names files that exist`, () => {
      const missing = paths.filter((path) => !path.includes('X.Y.Z') && globSync(path, { cwd: PROJECT }).length === 0);
      assert.deepEqual(missing, []);
    });
  }
});
