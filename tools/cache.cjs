// Makes dist/program.cache: runs a hello the way a user does, and keeps what V8 compiled for it.
// Usage: node tools/cache.cjs dist/wherry.cjs dist/program.cache WORDS...
"use strict";
const { openSync, writeSync } = require("node:fs");
const { resolve } = require("node:path");

const [, , program, cache, ...words] = process.argv;
// opened now, because the second wall is up when the run has ended
const descriptor = openSync(cache, "w");
process.argv = [process.argv[0], resolve(program), ...words];
const { script } = require(resolve(program));
process.on("exit", () => writeSync(descriptor, script.createCachedData()));
