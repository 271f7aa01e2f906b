import { objectIn } from "../../base/json-line.ts";
import type { Denial, NetDenial } from "../../capability/denial.ts";
import type { PathUse, UsedPath } from "../../capability/learn.ts";

/** Something that a guest used or was refused, as it stands in the journal: one line of JSON each. */
export type Use =
	/** The guest was started: what keeps a program from that teaches nothing. */
	| { readonly type: "begun" }
	| ({
			readonly type: "path";
			/** The guest path of the mount. */
			readonly mount: string;
	  } & UsedPath)
	| { readonly type: "env"; readonly call: string }
	| {
			readonly type: "net";
			readonly need: NetDenial["need"];
			readonly host: string;
			readonly port: number;
			readonly call: string;
	  }
	/** Of preview1, which gives them by position: all of them. */
	| { readonly type: "listeners"; readonly call: string }
	| { readonly type: "config" | "keyvalue"; readonly name: string; readonly call: string }
	/** A path that is not in what stands at "/", but on the host it is there. */
	| { readonly type: "outside"; readonly path: string }
	| { readonly type: "denied"; readonly denial: Denial }
	/** There was more than is kept. */
	| { readonly type: "full" };

/** Different things that are kept of one run, and their bytes: a guest that asks for ever costs no more. */
const USES_MAX = 20_000;
export const JOURNAL_BYTES_MAX = 8 << 20;
export const NAME_LENGTH_MAX = 1024;
/** A longer one, as JSON, is left out: names that long are nobody's. A worker's line, which quotes it, holds it. */
const USE_LENGTH_MAX = 30_000;

/** Different uses, as many as are kept. */
export class UseSet {
	readonly #uses = new Map<string, Use>();
	#bytes = 0;
	#isFull = false;

	/** "full": it is the first one that is not kept. */
	add(use: Use): "new" | "known" | "full" {
		const key = useKey(use);
		if (this.#isFull || this.#uses.has(key) || key.length > USE_LENGTH_MAX) return "known";
		this.#bytes += JSON.stringify(use).length;
		this.#isFull = this.#uses.size >= USES_MAX || this.#bytes > JOURNAL_BYTES_MAX || use.type === "full";
		this.#uses.set(key, this.#isFull ? { type: "full" } : use);
		return this.#isFull ? "full" : "new";
	}

	get list(): readonly Use[] {
		return [...this.#uses.values()];
	}
}

/** What makes a use another one: not which of the calls that wanted the same came first. */
function useKey(use: Use): string {
	return JSON.stringify({ ...use, call: undefined, wanted: undefined });
}

/** A line of a journal; undefined for what is none: it was cut off, or comes from a process that a guest has taken over. */
export function parseUse(line: string): Use | undefined {
	const value = objectIn(line);
	if (value === undefined) return undefined;
	const fields = new Map(Object.entries(value));
	const type = fields.get("type");
	const check = typeof type === "string" ? FIELDS.get(type as Use["type"]) : undefined;
	return check?.every(([name, holds]) => holds(fields.get(name))) === true
		? (value as unknown as Use)
		: undefined;
}

type Check = readonly [name: string, holds: (value: unknown) => boolean];

const isText = (value: unknown): value is string => typeof value === "string";
const isOneOf = (words: readonly string[]) => (value: unknown) => isText(value) && words.includes(value);
const isPort = (value: unknown) =>
	Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 65_535;
const isPath = (value: unknown) =>
	Array.isArray(value) && value.every((name) => isText(name) && !/^\.{0,2}$|[/\0]/.test(name));

const areWays = (value: unknown) => value === undefined || (Array.isArray(value) && value.every(isPath));

const PATH_USES = keys<PathUse>({
	seen: true,
	missed: true,
	read: true,
	write: true,
	"tree-read": true,
	"tree-write": true,
});
const NET_NEEDS = keys<NetDenial["need"]>({
	connect: true,
	udp: true,
	listen: true,
	bind: true,
	resolve: true,
});
const CALL: Check = ["call", isText];

const FIELDS: ReadonlyMap<Use["type"], readonly Check[]> = new Map<Use["type"], readonly Check[]>([
	["begun", []],
	[
		"path",
		[
			["mount", isText],
			["path", isPath],
			["use", isOneOf(PATH_USES)],
			CALL,
			["wanted", isText],
			["ways", areWays],
		],
	],
	["env", [CALL]],
	["net", [["need", isOneOf(NET_NEEDS)], ["host", isText], ["port", isPort], CALL]],
	["listeners", [CALL]],
	["config", [["name", isText], CALL]],
	["keyvalue", [["name", isText], CALL]],
	["outside", [["path", isText]]],
	["denied", [["denial", isDenial]]],
	["full", []],
]);

function isDenial(value: unknown): boolean {
	if (typeof value !== "object" || value === null) return false;
	const fields = new Map(Object.entries(value));
	const texts = (...names: string[]) => names.every((name) => isText(fields.get(name)));
	switch (fields.get("type")) {
		case "path":
			return texts("guestPath", "need", "rule");
		case "net":
			return texts("host") && isOneOf(NET_NEEDS)(fields.get("need")) && isPort(fields.get("port"));
		case "no-space":
			return texts("guestPath");
		case "descriptors":
			return Number.isInteger(fields.get("limit"));
		case "keyvalue":
			return texts("name");
		default:
			return fields.get("type") === "stdin";
	}
}

/** The compiler sees to it that none is missing. */
function keys<Word extends string>(all: Readonly<Record<Word, true>>): readonly string[] {
	return Object.keys(all);
}
