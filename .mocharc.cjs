'use strict';

const { join } = require('node:path');

// Hundreds of processes load the same modules. This is inherited by mocha's workers and by what a test starts.
process.env.NODE_COMPILE_CACHE ??= join(__dirname, 'node_modules/.cache/node-compile-cache');

/** `npm test -- FILE …` runs these files alone: mocha itself would add them to the `spec` below. */
const names = process.argv.slice(2).filter((word) => word.endsWith('.test.ts'));

module.exports = {
  extension: ['ts'],
  require: ['test/support/global-fixtures.ts'],
  spec: names.length > 0 ? [] : ['test/**/*.test.ts'],
  parallel: true,
  jobs: 6,
  timeout: 120_000,
  'forbid-only': true,
};
