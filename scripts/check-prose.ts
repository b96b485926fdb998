import { glob, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { findWords, judge, type Finding } from './prose/find-words.ts';
import { wordExceptions } from './prose/word-exceptions.ts';
import { wordRules } from './prose/word-rules.ts';

const PROJECT = fileURLToPath(new URL('../', import.meta.url));
const LIST = 'scripts/prose/word-exceptions.ts';

const findings: Finding[] = [];
for await (const file of glob('**/*.{md,ts}', { cwd: PROJECT, exclude: (name) => name.includes('node_modules') }))
  findings.push(...findWords(file, await readFile(`${PROJECT}${file}`, 'utf8'), wordRules));

const { faults, unused } = judge(findings, wordExceptions);
for (const { file, line, found, write } of faults.toSorted((first, second) => (first.file < second.file ? -1 : 1)))
  console.error(`${file}:${line}: "${found}". Write ${write}.`);
for (const { file, found = 'any word' } of unused)
  console.error(`${LIST}: the exception for ${found} in ${file} covers nothing. Remove it.`);
if (faults.length > 0) console.error(`${faults.length} found. docs/style.md says why; exceptions belong into ${LIST}.`);
if (faults.length + unused.length > 0) process.exitCode = 1;
