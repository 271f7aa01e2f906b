import { readFileSync, statSync } from "node:fs";
import { Fault } from "../../base/fault.ts";
import {
	type Advisory,
	ADVISORIES_CHARACTERS_MAX,
	parseAdvisories,
} from "../../inspect/findings/advisories.ts";

/**
 * The advisories in a file that a flag names.
 *
 * @throws Fault FLAG_INVALID
 */
export function readAdvisories(file: string): readonly Advisory[] {
	return parseAdvisories(readWhole(file), file);
}

function readWhole(file: string): string {
	try {
		const stat = statSync(file);
		if (!stat.isFile()) throw unreadable(file, "it is no file");
		if (stat.size > ADVISORIES_CHARACTERS_MAX) throw unreadable(file, "it is larger than 256 MiB");
		return readFileSync(file, "utf8");
	} catch (error) {
		if (error instanceof Fault) throw error;
		const { code, message } = error as NodeJS.ErrnoException;
		throw unreadable(file, code === "ENOENT" ? "there is no such file" : `the system says: ${message}`);
	}
}

function unreadable(file: string, note: string): Fault {
	return new Fault("FLAG_INVALID", `cannot read advisories from '${file}'`, {
		note,
		help: "--advisories FILE    of OSV's JSON (https://osv.dev)",
	});
}
