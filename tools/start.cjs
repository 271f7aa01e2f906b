// dist/wherry.cjs: starts dist/program.cjs from V8's code cache. Compiling the program anew costs
// about 10 ms at each start; from the cache, which `npm run build` makes, under 2 ms. V8 refuses a
// cache of another version of itself or of other flags, and then compiles as ever. What the program
// asks of dist/rest.cjs is compiled where it is used: see tools/bundle.ts.
"use strict";
const { readFileSync } = require("node:fs");
const { Script } = require("node:vm");

const filename = `${__dirname}/program.cjs`;
// More words need more of the program: grants are opened, and functions that are never left are looked for. Loading a
// cache costs by its size, so there is one of a hello, and one of a run that was granted something.
const words = process.argv.length - 2;
const cache =
	words > 2 ? "granted.cache" : /\.wa(sm|t)$/.test(process.argv[3]) ? "plain.cache" : "image.cache";
let cachedData;
try {
	cachedData = readFileSync(`${__dirname}/${cache}`);
} catch {
	// not built here: compiled at each start
}
// the program is ASCII, and Latin-1 is read without decoding
const source = readFileSync(filename, "latin1");
const script = new Script(source, { filename, cachedData });
exports.script = script;
script.runInThisContext().call(exports, exports, require);
