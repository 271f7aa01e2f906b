import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { whileLocked } from "../../store/lock.ts";
import { type Pin, printPins } from "../../trust/pins.ts";
import { replaceFile } from "./replace-file.ts";
import { pinsFile, readPins } from "./trust-files.ts";

/**
 * Changes the pins: reads them, lets `change` work on them and writes them whole, while no other
 * process does the same.
 *
 * @throws Fault STORE_INVALID, IO
 */
export function changePins(change: (pins: Map<string, Pin>) => void): void {
	const file = pinsFile();
	mkdirSync(dirname(file), { recursive: true });
	whileLocked(`${file}.lock`, () => {
		const pins = readPins(file);
		const before = printPins(pins);
		change(pins);
		const after = printPins(pins);
		if (after !== before) replaceFile(file, after);
	});
}
