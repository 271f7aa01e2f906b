/** `--clock real|coarse|frozen=TIME` and `--random system|seed=N`. */
import { type GrantForm, grantInvalid } from "./grant-fault.ts";
import type { ClockGrant, RandomGrant } from "./grants.ts";

/** `real`, `coarse`, or `frozen=TIME` with TIME of RFC 3339 or in seconds since 1970, `@` or not. */
export function parseClock(text: string): ClockGrant {
	if (text === "real" || text === "coarse") return { type: text };
	if (!text.startsWith("frozen=")) throw grantInvalid(CLOCK, text);
	const time = text.slice("frozen=".length);
	const time_ns = parseSeconds(time) ?? parseRfc3339(time);
	if (time_ns === undefined)
		throw grantInvalid(CLOCK, text, `'${time}' is not a time; a date needs its time and zone`);
	if (time_ns < 0n || time_ns > U64_MAX) throw grantInvalid(CLOCK, text, "WASI counts from 1970 to 2554");
	return { type: "frozen", time_ns };
}

/** The text that `parseClock` reads back. */
export function formatClock(clock: ClockGrant): string {
	return clock.type === "frozen" ? `frozen=${formatTime(clock.time_ns)}` : clock.type;
}

/** `system`, or `seed=N` with N from 0 to 2^64-1, decimal or 0x. */
export function parseRandom(text: string): RandomGrant {
	if (text === "system") return { type: "system" };
	if (!text.startsWith("seed=")) throw grantInvalid(RANDOM, text);
	const digits = text.slice("seed=".length);
	if (!/^(\d{1,20}|0x[0-9a-fA-F]{1,16})$/.test(digits))
		throw grantInvalid(RANDOM, text, `'${digits}' is not a whole number`);
	const seed = BigInt(digits);
	if (seed > U64_MAX) throw grantInvalid(RANDOM, text, "a seed is under 2^64");
	return { type: "seed", seed };
}

/** The text that `parseRandom` reads back. */
export function formatRandom(random: RandomGrant): string {
	return random.type === "seed" ? `seed=${random.seed}` : random.type;
}

/** RFC 3339 in UTC, with as many digits of a second as are needed. */
export function formatTime(time_ns: bigint): string {
	const date = new Date(Number(time_ns / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
	const fraction = (time_ns % 1_000_000_000n).toString().padStart(9, "0").replace(/0+$/, "");
	return `${date}${fraction === "" ? "" : `.${fraction}`}Z`;
}

const U64_MAX = 0xffff_ffff_ffff_ffffn;

const CLOCK: GrantForm = {
	what: "a clock",
	form: "real, coarse or frozen=TIME (2026-01-31T12:00:00Z, or seconds since 1970)",
	example: "--clock frozen=2026-01-01T00:00:00Z",
};
const RANDOM: GrantForm = {
	what: "a source of random bytes",
	form: "system or seed=N",
	example: "--random seed=1",
};

function parseSeconds(text: string): bigint | undefined {
	const match = /^@?(\d{1,12})(?:\.(\d{1,9}))?$/.exec(text);
	if (match === null) return undefined;
	return BigInt(match[1] ?? "0") * 1_000_000_000n + nanoseconds(match[2]);
}

/** RFC 3339 §5.6; a leap second is not a time that WASI can tell. */
function parseRfc3339(text: string): bigint | undefined {
	const match =
		/^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/.exec(text);
	if (match === null) return undefined;
	const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as Six;
	const time_ms = Date.UTC(year, month - 1, day, hour, minute, second);
	// Date.UTC carries 30 February over into March; a date that does not come back is none
	const back = new Date(time_ms);
	if (back.getUTCMonth() !== month - 1 || back.getUTCDate() !== day || back.getUTCHours() !== hour)
		return undefined;
	if (minute > 59 || second > 59) return undefined;
	const [hours, minutes] = [Number(match[9] ?? 0), Number(match[10] ?? 0)];
	if (hours > 23 || minutes > 59) return undefined;
	const offset_s = (match[8] === "-" ? -1 : 1) * (hours * 3600 + minutes * 60);
	return (BigInt(time_ms) / 1000n - BigInt(offset_s)) * 1_000_000_000n + nanoseconds(match[7]);
}

type Six = [number, number, number, number, number, number];

function nanoseconds(fraction: string | undefined): bigint {
	return BigInt((fraction ?? "").padEnd(9, "0"));
}
