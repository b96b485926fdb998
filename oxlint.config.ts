import { defineConfig, type OxlintOverride } from 'oxlint';
import { rooms, type RoomName } from './scripts/rooms.ts';

/** Folders below a room, at most. */
const DEEPEST = 3;

/** Patterns match the words of an import, so each depth of a room has its own. */
function importRules(name: RoomName): OxlintOverride[] {
  const { rooms: below, packages } = rooms[name];
  const allowedPackages = packages.flatMap((word) =>
    word === 'node:' ? ['!node:*', '!node:*/*'] : [`!${word}`, `!${word}/**`],
  );
  const message = `${name}/ may import ${[...below.map((room) => `${room}/`), ...packages].join(', ') || 'nothing from outside'} (scripts/rooms.ts).`;
  return Array.from({ length: DEEPEST + 1 }, (_, depth) => {
    const up = '../'.repeat(depth + 1);
    const others = (Object.keys(rooms) as RoomName[]).filter((room) => room !== name && !below.includes(room));
    const group = [
      '*',
      '!./**',
      '!../**',
      '!**/package.json',
      ...others.map((room) => `${up}${room}/**`),
      ...allowedPackages,
    ];
    return {
      files: [`${name}/${'*/'.repeat(depth)}*.ts`],
      rules: { 'no-restricted-imports': ['error', { patterns: [{ group, message }] }] },
    };
  });
}

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'promise', 'node'],
  categories: { correctness: 'error', suspicious: 'error' },
  options: { typeAware: true },
  rules: {
    complexity: ['error', { max: 10 }],
    'max-depth': ['error', 3],
    'max-params': ['error', 4],
    'max-lines': ['error', { max: 450 }],
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/await-thenable': 'error',
    'unicorn/filename-case': ['error', { case: 'kebabCase' }],
    'no-await-in-loop': 'off',
    'import/no-unassigned-import': 'off',
    'typescript/no-unsafe-type-assertion': 'off',
  },
  overrides: (Object.keys(rooms) as RoomName[]).flatMap(importRules),
});
