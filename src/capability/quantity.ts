/** Sizes and durations as people write them: docker's units, Go's units. */

/**
 * Bytes of `64m`, `1g`, `512MiB`, `1.5GB`, `4096`: docker's units, all of them binary, whatever
 * their case. Undefined when it is not a size or over 2^53.
 */
export function parseSize(text: string): number | undefined {
	const match = /^(\d{1,16}(?:\.\d{1,9})?) ?([kmgtp]?)i?b?$/i.exec(text);
	if (match === null) return undefined;
	const power = "kmgtp".indexOf((match[2] ?? "").toLowerCase() || "-") + 1;
	const size_bytes = Math.floor(Number(match[1]) * 1024 ** power);
	return Number.isSafeInteger(size_bytes) ? size_bytes : undefined;
}

/** The shortest text that `parseSize` reads back: 67108864 as "64m". */
export function formatSize(size_bytes: number): string {
	let value = size_bytes;
	let power = 0;
	while (value > 0 && value % 1024 === 0 && power < 4) {
		value /= 1024;
		power += 1;
	}
	return `${value}${["", "k", "m", "g", "t"][power] ?? ""}`;
}

/**
 * Milliseconds of `10s`, `1m30s`, `500ms`, `1.5h` (Go's units) or plain seconds (`10`, `0.5`), a
 * fraction of a millisecond counting as a whole one. Undefined when it is not a duration.
 */
export function parseDuration(text: string): number | undefined {
	if (text.length > DURATION_LENGTH_MAX) return undefined;
	if (/^\d+(\.\d+)?$/.test(text)) return whole(Number(text) * 1000);
	if (!/^(\d+(\.\d+)?(h|m|s|ms|us|µs|ns))+$/.test(text)) return undefined;
	let duration_ms = 0;
	for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)/g))
		duration_ms += Number(count) * (UNIT_MS.get(unit ?? "") ?? Number.NaN);
	return whole(duration_ms);
}

/** The text that `parseDuration` reads back: 90500 as "1m30s500ms". */
export function formatDuration(duration_ms: number): string {
	let rest = duration_ms;
	let text = "";
	for (const [unit, unit_ms] of [
		["h", 3_600_000],
		["m", 60_000],
		["s", 1000],
		["ms", 1],
	] as const) {
		const count = Math.floor(rest / unit_ms);
		if (count > 0) text += `${count}${unit}`;
		rest -= count * unit_ms;
	}
	return text === "" ? "0s" : text;
}

const DURATION_LENGTH_MAX = 64;

const UNIT_MS: ReadonlyMap<string, number> = new Map([
	["h", 3_600_000],
	["m", 60_000],
	["s", 1000],
	["ms", 1],
	["us", 1e-3],
	["µs", 1e-3],
	["ns", 1e-6],
]);

/** Rounded up, forgiving the last bits that decimal fractions lose in binary. */
function whole(duration_ms: number): number | undefined {
	const whole_ms = Math.max(0, Math.ceil(duration_ms - 1e-7));
	return Number.isSafeInteger(whole_ms) ? whole_ms : undefined;
}
