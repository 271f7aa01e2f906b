// Makes a code cache for dist/wherry.cjs: runs a program the way a user does, and keeps what V8 compiled for it.
// Usage: node tools/cache.cjs dist/wherry.cjs dist/NAME.cache WORDS...
"use strict";
const { openSync, writeSync } = require("node:fs");
const { basename, resolve } = require("node:path");

const [, , program, cache, ...words] = process.argv;
// opened now, because the second wall is up when the run has ended
const descriptor = openSync(cache, "w");
const path = resolve(program);
process.argv = [process.argv[0], path, ...words];
// before the run, which may end the process from within
process.on("exit", () => {
	const { scripts } = require.cache[path].exports;
	writeSync(descriptor, scripts.get(basename(cache, ".cache")).createCachedData());
});
require(path);
