import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolders } from "../../base/make-folders.ts";
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
	makeFolders(dirname(file), 0o777, { mkdirSync, statSync, dirname });
	whileLocked(`${file}.lock`, () => {
		const pins = readPins(file);
		const before = printPins(pins);
		change(pins);
		const after = printPins(pins);
		if (after !== before) replaceFile(file, after);
	});
}
