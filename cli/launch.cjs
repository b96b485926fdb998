#!/usr/bin/env node
// What npm installs as `kubectl-snt`. The plugin itself is one built file, which Node can only read from its compile
// cache when another file loads it: that saves a third of the CPU time of a short command.
'use strict';

const { enableCompileCache } = require('node:module');
const { join } = require('node:path');

// Not in the default directory: it is in /tmp, where others may write.
const { HOME, XDG_CACHE_HOME = HOME && join(HOME, '.cache') } = process.env;
// Older versions of Node do not have it, and get their error from the plugin.
if (XDG_CACHE_HOME && enableCompileCache) enableCompileCache(join(XDG_CACHE_HOME, 'kubectl-snt'));

require('./kubectl-snt.cjs');
