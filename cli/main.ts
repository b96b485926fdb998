#!/usr/bin/env -S node --no-warnings
import module from 'node:module';
import { join } from 'node:path';

// Before anything else is imported. Not in the default directory: it is in /tmp, where others may write.
const { HOME, XDG_CACHE_HOME = HOME && join(HOME, '.cache') } = process.env;
if (XDG_CACHE_HOME) module.enableCompileCache?.(join(XDG_CACHE_HOME, 'kubectl-snt'));

// The reader of a pipe may have seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const { run } = await import('./run.ts');
await run(process.argv.slice(2));
