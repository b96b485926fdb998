import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { marked, type Token, type Tokens } from 'marked';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Such as `contract §1.5`: a section of docs/contract.md, and an item of its numbered list. */
const SECTION = /\b(contract|design)(?:\.md)?,? §(\d+)(?:\.(\d+))?/gi;

interface Reference {
  /** Where it stands: `path:line`. */
  readonly at: string;
  readonly to: string;
}

async function filesOf(pattern: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const path of glob(pattern, { cwd: ROOT, exclude: (name) => name.includes('node_modules') }))
    paths.push(path);
  return paths.toSorted();
}

function isResolved(contents: string, section: string, item: string | undefined): boolean {
  const [, text] = contents.split(new RegExp(`^## ${section}\\. `, 'm'));
  if (text === undefined) return false;
  const [ownText = ''] = text.split(/^## /m);
  return item === undefined || new RegExp(`^${item}\\. `, 'm').test(ownText);
}

function brokenSections(
  text: string,
  documents: Readonly<Record<string, string>>,
): { readonly line: number; readonly to: string }[] {
  const broken = [...text.matchAll(SECTION)].filter(
    ([, document = '', section = '', item]) => !isResolved(documents[document.toLowerCase()] ?? '', section, item),
  );
  return broken.map(({ 0: to, index }) => ({ line: text.slice(0, index).split('\n').length, to }));
}

function anchorsOf(markdown: string): Set<string> {
  const headings = marked.lexer(markdown).filter((token): token is Tokens.Heading => token.type === 'heading');
  return new Set(
    headings.map(({ text }) =>
      text
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function linksOf(markdown: string): string[] {
  const links: string[] = [];
  void marked.walkTokens(marked.lexer(markdown), (token: Token) => {
    if (token.type === 'link' || token.type === 'image') links.push(String(token['href']));
  });
  return links.filter((href) => !/^[a-z]+:/.test(href));
}

async function isLinkBroken(path: string, href: string): Promise<boolean> {
  const [file = '', anchor] = href.split('#');
  const target = file === '' ? join(ROOT, path) : join(ROOT, dirname(path), file);
  if (!existsSync(target)) return true;
  return anchor !== undefined && target.endsWith('.md') && !anchorsOf(await readFile(target, 'utf8')).has(anchor);
}

describe('references in code and documents', () => {
  it('to a section of the contract or the design lead to one', async () => {
    const [contract, design] = await Promise.all(
      ['contract', 'design'].map((name) => readFile(join(ROOT, `docs/${name}.md`), 'utf8')),
    );
    const documents = { contract: contract ?? '', design: design ?? '' };
    const broken: Reference[] = [];
    for (const path of await filesOf('**/*.{ts,md,json,sh}')) {
      for (const { line, to } of brokenSections(await readFile(join(ROOT, path), 'utf8'), documents))
        broken.push({ at: `${path}:${line}`, to });
    }
    assert.deepEqual(broken, []);
  });

  it('to files and headings lead to them', async () => {
    const broken: Reference[] = [];
    for (const path of await filesOf('**/*.md')) {
      const markdown = await readFile(join(ROOT, path), 'utf8');
      for (const to of linksOf(markdown)) {
        if (!(await isLinkBroken(path, to))) continue;
        const line = markdown.split('\n').findIndex((text) => text.includes(`(${to})`)) + 1;
        broken.push({ at: `${path}:${line}`, to });
      }
    }
    assert.deepEqual(broken, []);
  });

  it('are found when they are broken', () => {
    const text = '## 1. One\n\n1. First\n\n## 2. Two\n';
    assert.deepEqual(
      [
        isResolved(text, '1', '1'),
        isResolved(text, '2', undefined),
        isResolved(text, '1', '2'),
        isResolved(text, '2', '1'),
        isResolved(text, '3', undefined),
      ],
      [true, true, false, false, false],
    );
  });
});
