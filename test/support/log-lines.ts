import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

interface LogLine {
  readonly time: string;
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** What a service has logged so far; fails the test when a line is not one JSON object. */
export async function logLines(file: string): Promise<LogLine[]> {
  const text = await readFile(file, 'utf8');
  const complete = text.slice(0, text.lastIndexOf('\n') + 1);
  return complete
    .split('\n')
    .filter((line) => line !== '')
    .map(parse);
}

function parse(line: string): LogLine {
  const { time, level, message, ...fields } = JSON.parse(line) as LogLine;
  assert.match(time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/, line);
  assert.match(level, /^(DEBUG|INFO|WARN|ERROR)$/, line);
  assert.equal(typeof message, 'string', line);
  return { time, level, message, ...fields };
}
