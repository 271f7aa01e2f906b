/** Limits as people write them. */
import { Fault } from "../base/fault.ts";
import { nearMisses, orList } from "../base/near.ts";
import { LIMIT_RANGES, type Limits } from "./limits.ts";
import { formatDuration, formatSize, parseDuration, parseSize } from "./quantity.ts";

type LimitName = keyof Limits;

/**
 * The value of a limit, in its unit, from a size (`64m`), a duration (`10s`, plain seconds, 0 or
 * `none` for no limit) or a number. `flag` is how the person wrote it.
 *
 * @throws Fault FLAG_INVALID when it cannot be read or is out of the limit's range
 */
export function parseLimit<Name extends LimitName>(name: Name, text: string, flag: string): Limits[Name];
export function parseLimit(name: LimitName, text: string, flag: string): number | undefined {
	const kind = KINDS[name];
	if (kind === DURATION && (text === "none" || parseDuration(text) === 0)) return undefined;
	const value = kind.parse(text);
	if (value === undefined)
		throw new Fault("FLAG_INVALID", `cannot read '${text}' as ${kind.what} for ${flag}`, {
			note: kind.form,
			help: `${flag} ${kind.example}`,
		});
	const { min, max } = LIMIT_RANGES[name];
	if (value < min || value > max)
		throw new Fault("FLAG_INVALID", `cannot set ${flag} to '${text}'`, {
			note: `it is from ${kind.format(min)} to ${kind.format(max)}`,
			help: `${flag} ${kind.format(value < min ? min : max)}`,
		});
	return value;
}

/** The limit's value as `parseLimit` reads it back; a count stays a number. */
export function formatLimit(name: LimitName, value: number): string | number {
	const kind = KINDS[name];
	return kind === COUNT ? value : kind.format(value);
}

/**
 * Docker's `--ulimit NAME=SOFT[:HARD]`; the hard value is the one that counts, since a guest cannot
 * raise the soft one.
 */
export function parseUlimit(text: string): Partial<Limits> {
	const match = /^([a-z]+)=([^:]+)(?::([^:]+))?$/.exec(text);
	const name = match?.[1] ?? "";
	const value = match?.[3] ?? match?.[2] ?? "";
	const flag = `--ulimit ${name}=`;
	if (name === "nofile") return { descriptors: parseLimit("descriptors", value, flag) };
	if (name === "stack") return { stack_bytes: parseLimit("stack_bytes", value, flag) };
	if (name === "cpu") return { cpu_time_ms: parseLimit("cpu_time_ms", value, flag) };
	const known = ["nofile", "stack", "cpu"];
	const near = nearMisses(name, known);
	throw new Fault("FLAG_INVALID", `cannot set the ulimit '${text}'`, {
		note: [
			"the form is nofile=N, stack=SIZE or cpu=SECONDS; a guest has nothing else of which these count",
			...(near.length > 0 ? [`did you mean ${orList(near)}?`] : []),
		],
		help: "--ulimit nofile=1024",
	});
}

interface Kind {
	readonly what: string;
	readonly form: string;
	readonly example: string;
	readonly parse: (text: string) => number | undefined;
	readonly format: (value: number) => string;
}

const SIZE: Kind = {
	what: "a size",
	form: "a size is a number of bytes with k, m or g behind it",
	example: "512m",
	parse: parseSize,
	format: formatSize,
};
const DURATION: Kind = {
	what: "a duration",
	form: "a duration is written 500ms, 10s, 1m30s, 2h, or in plain seconds",
	example: "10s",
	parse: parseDuration,
	format: formatDuration,
};
const COUNT: Kind = {
	what: "a number",
	form: "a whole number without a unit",
	example: "1024",
	parse: (text) => (/^\d{1,15}$/.test(text) ? Number(text) : undefined),
	format: String,
};

const KINDS: Readonly<Record<LimitName, Kind>> = {
	memory_bytes: SIZE,
	timeout_ms: DURATION,
	cpu_time_ms: DURATION,
	descriptors: COUNT,
	table_elements: COUNT,
	storage_bytes: SIZE,
	stack_bytes: SIZE,
};
