/**
 * A host process that races with a guest: `node swapper.ts FIRST SECOND PLACE`. It moves FIRST to
 * PLACE and back, SECOND to PLACE and back, and so on until its standard input closes.
 */
import { renameSync } from "node:fs";

const [first = "", second = "", place = ""] = process.argv.slice(2);
const TURNS_AT_ONCE = 50;

let over = false;
process.stdin.on("close", () => {
	over = true;
});
process.stdin.resume();
process.stdout.write("ready\n");
takeTurns();

function takeTurns(): void {
	for (let turn = 0; turn < TURNS_AT_ONCE; turn++)
		for (const one of [first, second]) {
			renameSync(one, place);
			renameSync(place, one);
		}
	if (!over) setImmediate(takeTurns);
}
