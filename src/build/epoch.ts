import { Fault } from "../base/fault.ts";

/** The year 9999 ends: RFC 3339 goes no further. */
const EPOCH_MAX_S = 253_402_300_799;

/**
 * The one time that everything in an image bears, in seconds: the value of SOURCE_DATE_EPOCH
 * (reproducible-builds.org), else 1970, so that the same source always makes the same image.
 *
 * @throws Fault FLAG_INVALID
 */
export function sourceEpoch(value: string | undefined): number {
	if (value === undefined || value === "") return 0;
	if (/^\d{1,12}$/.test(value) && Number(value) <= EPOCH_MAX_S) return Number(value);
	throw new Fault("FLAG_INVALID", `cannot read SOURCE_DATE_EPOCH '${value}' as a time`, {
		note: "it is a count of seconds since 1970",
		help: "SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) wherry build ...",
	});
}

/** RFC 3339, to the second. */
export function timeText(epoch_s: number): string {
	return new Date(epoch_s * 1000).toISOString().replace(".000Z", "Z");
}
