import { Fault } from "../base/fault.ts";
import type { Report } from "./report.ts";

/**
 * Of all texts in a report. JSON may write a character in six, a difference has what is in two reports, and engines have no text of more
 * than half a gigabyte.
 */
const CHARACTERS_MAX = 40_000_000;

/**
 * The same report, if it can be told: a program of hundreds of megabytes may be names from end to end.
 *
 * @throws Fault MODULE_TOO_LARGE
 */
export function tellable(report: Report): Report {
	let left = CHARACTERS_MAX;
	const waiting: unknown[] = [report];
	while (waiting.length > 0 && left >= 0) {
		const value = waiting.pop();
		if (typeof value === "string") left -= value.length;
		else if (typeof value === "object" && value !== null)
			for (const one of Object.values(value)) waiting.push(one);
	}
	if (left >= 0) return report;
	throw new Fault("MODULE_TOO_LARGE", "cannot tell what is in the program: its names are too long", {
		note: `names and texts of over ${CHARACTERS_MAX} characters would be in the report`,
		help: "wherry wat shows how it begins",
	});
}
