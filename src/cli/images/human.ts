/** Numbers and times as docker writes them (docker/go-units). */

const SIZE_UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/** `1.24MB`: four digits at most, thousands of thousands. */
export function humanSize(size_bytes: number, digits = 3): string {
	let value = size_bytes;
	let unit = 0;
	while (value >= 1000 && unit < SIZE_UNITS.length - 1) {
		value /= 1000;
		unit += 1;
	}
	return `${Number(value.toPrecision(digits))}${SIZE_UNITS[unit]}`;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `5 minutes`, `About an hour`, `3 weeks`. */
export function humanDuration(duration_ms: number): string {
	const seconds = Math.floor(duration_ms / SECOND_MS);
	const minutes = Math.floor(duration_ms / MINUTE_MS);
	const hours = Math.round(duration_ms / HOUR_MS);
	const days = Math.floor(duration_ms / DAY_MS);
	if (seconds < 1) return "Less than a second";
	if (seconds === 1) return "1 second";
	if (seconds < 60) return `${seconds} seconds`;
	if (minutes === 1) return "About a minute";
	if (minutes < 60) return `${minutes} minutes`;
	if (hours === 1) return "About an hour";
	if (hours < 48) return `${hours} hours`;
	if (days < 14) return `${days} days`;
	if (days < 60) return `${Math.floor(days / 7)} weeks`;
	if (days < 730) return `${Math.floor(days / 30)} months`;
	return `${Math.floor(days / 365)} years`;
}

/** `2 weeks ago`; `N/A` where no time is known. */
export function humanAgo(time_ms: number | undefined, now_ms: number): string {
	return time_ms === undefined ? "N/A" : `${humanDuration(Math.max(0, now_ms - time_ms))} ago`;
}
