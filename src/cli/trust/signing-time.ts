import { sourceEpoch, timeText } from "../../build/epoch.ts";

/** When something is signed, RFC 3339, to the second: SOURCE_DATE_EPOCH counts instead of the clock. */
export function signingTime(): string {
	const given = process.env["SOURCE_DATE_EPOCH"];
	return timeText(given === undefined ? Math.floor(Date.now() / 1000) : sourceEpoch(given));
}
