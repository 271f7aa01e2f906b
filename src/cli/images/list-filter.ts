import { Fault } from "../../base/fault.ts";
import { nearMisses } from "../../base/near.ts";

/** One `--filter`. */
export interface ListFilter {
	readonly key: (typeof KEYS)[number];
	readonly value: string;
}

const KEYS = ["reference", "dangling", "before", "since", "label"] as const;

/** @throws Fault FLAG_INVALID */
export function parseFilter(text: string): ListFilter {
	const equals = text.indexOf("=");
	const name = equals < 0 ? text : text.slice(0, equals);
	const value = text.slice(name.length + 1);
	const key = KEYS.find((one) => one === name);
	if (key === undefined || equals < 0 || (key === "dangling" && !/^(?:true|false|1|0)$/.test(value)))
		throw new Fault("FLAG_INVALID", `cannot read '${text}' as a filter`, {
			note: `there are ${KEYS.map((one) => `${one}=...`).join(", ")}; dangling is true or false`,
			help: `--filter ${nearMisses(name, KEYS)[0] ?? "reference"}=${value === "" ? "..." : value}`,
		});
	return { key, value };
}

/**
 * Whether a pattern of docker's (Go's path.Match) fits: `*` and `?` stand for anything but '/', `[a-z]`
 * for one character.
 */
export function fits(pattern: string, name: string): boolean {
	const parts = pattern.match(/\\.|\[[^\]]*\]|[^]/g) ?? [];
	const source = parts.map((part) => {
		if (part === "*") return "[^/]*";
		if (part === "?") return "[^/]";
		if (part.length > 2 && part.startsWith("[")) return classOf(part);
		return (part.startsWith("\\") ? part.slice(1) : part).replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
	});
	return new RegExp(`^${source.join("")}$`).test(name);
}

/** The class of one character, with nothing in it that means more to JavaScript than to Go. */
function classOf(part: string): string {
	const inside = part.slice(1, -1);
	const members = inside.replace(/^\^/, "").replaceAll(/[\\[\]^&~]/g, "\\$&");
	try {
		return new RegExp(`[${inside.startsWith("^") ? "^" : ""}${members}]`).source;
	} catch {
		return "(?!)"; // a range that ends before it begins: nothing fits
	}
}
