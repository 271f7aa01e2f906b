/**
 * Checks a store on a disk that a worker has filled: `node check-said.ts FOLDER FILE`. FILE is what the
 * worker said; the error that ended it is beside it.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkStore, checkSwept, readSaid } from "./store-check.ts";

const [folder = "", file = ""] = process.argv.slice(2);
const said = readSaid(readFileSync(file, "utf8"));
process.stdout.write(`${/code: '(\w+)'/.exec(readFileSync(join(file, "../error"), "utf8"))?.[1]}\n`);
checkStore(folder, said);
checkSwept(folder);
checkStore(folder, said);
process.stdout.write("whole\n");
