/** Flags of `wherry serve` that are numbers, sizes and durations, each within its range. */
import { Fault } from "../../base/fault.ts";
import { formatDuration, formatSize, parseDuration, parseSize } from "../../capability/quantity.ts";

interface Range {
	readonly min: number;
	readonly max: number;
}

interface Kind {
	readonly what: string;
	readonly parse: (text: string) => number | undefined;
	readonly format: (value: number) => string;
	readonly example: string;
}

const COUNT: Kind = {
	what: "a number",
	parse: (text) => (/^\d{1,15}$/.test(text) ? Number(text) : undefined),
	format: String,
	example: "100",
};
const SIZE: Kind = { what: "a size", parse: parseSize, format: formatSize, example: "64m" };
const DURATION: Kind = { what: "a duration", parse: parseDuration, format: formatDuration, example: "30s" };

export function parseCount(text: string, where: string, range: Range): number {
	return parse(COUNT, text, where, range);
}

export function parseBytes(text: string, where: string, range: Range): number {
	return parse(SIZE, text, where, range);
}

export function parseTime(text: string, where: string, range: Range): number {
	return parse(DURATION, text, where, range);
}

function parse(kind: Kind, text: string, where: string, { min, max }: Range): number {
	const [flag = ""] = where.split(/[ =]/, 1);
	const value = kind.parse(text);
	if (value === undefined)
		throw new Fault("FLAG_INVALID", `cannot read '${text}' as ${kind.what} for ${flag}`, {
			help: `${flag} ${kind.example}`,
		});
	if (value < min || value > max)
		throw new Fault("FLAG_INVALID", `cannot set ${flag} to '${text}'`, {
			note: `it is from ${kind.format(min)} to ${kind.format(max)}`,
			help: `${flag} ${kind.format(value < min ? min : max)}`,
		});
	return value;
}
