/** Policy files: the grants and limits of the flags, as TOML or JSON. */
import { Fault } from "../base/fault.ts";
import { readToml } from "../base/toml.ts";
import { parseClock, parseRandom } from "./clock.ts";
import type { EnvWord } from "./env.ts";
import { shortened, unknownWord } from "./grant-fault.ts";
import type { KeyValueGrant, Mount, NetRule, Origin } from "./grants.ts";
import { parseWorkdir } from "./guest-path.ts";
import { parseLimit } from "./limit-words.ts";
import type { Limits } from "./limits.ts";
import { mountFromWords, parseMount } from "./mount-csv.ts";
import { parseDir, parseTmpfs, parseVolume } from "./mounts.ts";
import { parseAddHost, parseNetRule, parsePublish } from "./net.ts";
import { parseKeyValue, parseLogLevel } from "./services.ts";
import type { Wishes } from "./wishes.ts";

/**
 * What a policy file asks for. `name` is the file as the person named it; host paths in it are
 * relative to the folder it names. JSON when it ends in .json or starts with `{`, else TOML.
 *
 * @throws Fault POLICY_INVALID for what cannot be parsed, is unknown, or is no grant
 */
export async function parsePolicy(text: string, name: string): Promise<Wishes> {
	if (text.length > POLICY_LENGTH_MAX) throw invalid(name, "it is larger than 1 MiB");
	const document = isJson(text, name) ? parseJson(text, name) : await parseToml(text, name);
	return readPolicy(document, name);
}

const POLICY_LENGTH_MAX = 1024 * 1024;

/** The keys of a policy's `[limits]`, and the limit that each sets. */
export const LIMIT_KEYS: ReadonlyMap<string, keyof Limits> = new Map([
	["memory", "memory_bytes"],
	["timeout", "timeout_ms"],
	["cpu-time", "cpu_time_ms"],
	["descriptors", "descriptors"],
	["max-table-elements", "table_elements"],
	["storage", "storage_bytes"],
	["stack", "stack_bytes"],
]);

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

type Draft = Mutable<Omit<Wishes, "mounts" | "env" | "net" | "config" | "keyvalue">> & {
	readonly mounts: Mount[];
	readonly env: EnvWord[];
	readonly net: NetRule[];
	readonly config: (readonly [string, string])[];
	readonly keyvalue: KeyValueGrant[];
};

interface Place {
	/** The policy file's name. */
	readonly file: string;
	/** Where in it: `mount[2]`. */
	readonly path: string;
}

type Reader = (draft: Draft, value: unknown, place: Place) => void;

/** What each key of a policy means: the long name of the flag that does the same. */
const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
	["volume", eachText((draft, text, origin) => draft.mounts.push(parseVolume(text, origin)))],
	["dir", eachText((draft, text, origin) => draft.mounts.push(parseDir(text, origin)))],
	["tmpfs", eachText((draft, text, origin) => draft.mounts.push(parseTmpfs(text, origin)))],
	["mount", readMounts],
	["publish", eachText((draft, text, origin) => draft.net.push(...parsePublish(text, origin)))],
	["add-host", eachText((draft, text, origin) => draft.net.push(parseAddHost(text, origin)))],
	["net", eachText((draft, text, origin) => draft.net.push(parseNetRule(text, origin)))],
	["env", readEnv],
	["copy-env", eachText((draft, name) => draft.env.push({ name, value: undefined }))],
	["workdir", (draft, value, place) => (draft.workdir = parseWorkdir(textOf(value, place)))],
	["interactive", (draft, value, place) => (draft.stdin = booleanOf(value, place) ? "open" : "auto")],
	["tty", (draft, value, place) => (draft.terminal = booleanOf(value, place))],
	["read-only", (draft, value, place) => (draft.readOnly = booleanOf(value, place))],
	["clock", (draft, value, place) => (draft.clock = parseClock(textOf(value, place)))],
	["random", (draft, value, place) => (draft.random = parseRandom(textOf(value, place)))],
	["config", readConfig],
	["keyvalue", eachText((draft, text, origin) => draft.keyvalue.push(parseKeyValue(text, origin)))],
	["log-level", (draft, value, place) => (draft.logLevel = parseLogLevel(textOf(value, place)))],
	["limits", readLimits],
]);

function readPolicy(document: unknown, file: string): Wishes {
	const draft: Draft = { mounts: [], env: [], net: [], config: [], keyvalue: [], limits: {} };
	for (const [key, value] of entriesOf(document, { file, path: "the policy" })) {
		const reader = READERS.get(key);
		if (reader === undefined) throw invalid(file, unknownWord(key, [...READERS.keys()], "a key of a policy"));
		inPlace({ file, path: key }, (place) => reader(draft, value, place));
	}
	return {
		...draft,
		mounts: draft.mounts.map((mount) =>
			mount.type === "bind" ? { ...mount, host: relativeTo(file, mount.host) } : mount,
		),
		keyvalue: draft.keyvalue.map(({ name, file: store, origin }) => ({
			name,
			file: store === undefined ? undefined : relativeTo(file, store),
			origin,
		})),
	};
}

function eachText(read: (draft: Draft, text: string, origin: Origin) => unknown): Reader {
	return (draft, value, place) =>
		eachItem(value, place, (item, itemPlace) => read(draft, textOf(item, itemPlace), originOf(itemPlace)));
}

function readMounts(draft: Draft, value: unknown, place: Place): void {
	eachItem(value, place, (item, itemPlace) => {
		const origin = originOf(itemPlace);
		if (typeof item === "string") {
			draft.mounts.push(parseMount(item, origin));
			return;
		}
		const keys = entriesOf(item, itemPlace).map(([key, word]): [string, string] => {
			if (typeof word !== "string" && typeof word !== "boolean" && typeof word !== "number")
				throw wrongType(word, { ...itemPlace, path: `${itemPlace.path}.${key}` }, "text");
			return [key, String(word)];
		});
		draft.mounts.push(mountFromWords(keys, itemPlace.path, origin));
	});
}

function readEnv(draft: Draft, value: unknown, place: Place): void {
	for (const [name, text] of entriesOf(value, place)) {
		const itemPlace = { ...place, path: `env.${name}` };
		if (name === "" || /[=\0]/.test(name)) throw invalid(place.file, `'${name}' cannot be a variable's name`);
		draft.env.push({ name, value: textOf(text, itemPlace) });
	}
}

function readConfig(draft: Draft, value: unknown, place: Place): void {
	for (const [name, text] of entriesOf(value, place))
		draft.config.push([name, textOf(text, { ...place, path: `config.${name}` })]);
}

function readLimits(draft: Draft, value: unknown, place: Place): void {
	for (const [key, word] of entriesOf(value, place)) {
		const limit = LIMIT_KEYS.get(key);
		if (limit === undefined) throw invalid(place.file, unknownWord(key, [...LIMIT_KEYS.keys()], "a limit"));
		const text = typeof word === "number" ? String(word) : textOf(word, { ...place, path: `limits.${key}` });
		draft.limits = { ...draft.limits, [limit]: parseLimit(limit, text, `limits.${key}`) };
	}
}

/** What goes wrong inside is told with the file and the place, and without advice on flags. */
function inPlace(place: Place, read: (place: Place) => void): void {
	try {
		read(place);
	} catch (error) {
		if (!(error instanceof Fault) || error.code === "POLICY_INVALID") throw error;
		throw new Fault("POLICY_INVALID", error.message, {
			note: [`in the policy '${place.file}', at ${place.path}`, ...error.notes],
			cause: error,
		});
	}
}

function eachItem(value: unknown, place: Place, read: (item: unknown, place: Place) => void): void {
	if (!Array.isArray(value)) throw wrongType(value, place, "a list");
	for (const [index, item] of value.entries())
		inPlace({ ...place, path: `${place.path}[${index}]` }, (itemPlace) => read(item, itemPlace));
}

function entriesOf(value: unknown, place: Place): [string, unknown][] {
	if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Date)
		throw wrongType(value, place, "a table");
	return Object.entries(value);
}

function textOf(value: unknown, place: Place): string {
	if (typeof value !== "string") throw wrongType(value, place, "text in quotes");
	return value;
}

function booleanOf(value: unknown, place: Place): boolean {
	if (typeof value !== "boolean") throw wrongType(value, place, "true or false");
	return value;
}

function wrongType(value: unknown, place: Place, wanted: string): Fault {
	return invalid(
		place.file,
		`${place.path} is to be ${wanted}, not ${shortened(JSON.stringify(value) ?? "that")}`,
	);
}

function originOf({ file, path }: Place): Origin {
	return { where: `${file}: ${path}` };
}

/** A host path in a policy starts at the policy's folder. */
function relativeTo(file: string, host: string): string {
	const folder = file.slice(0, Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\")) + 1);
	if (folder === "" || /^([/\\]|[A-Za-z]:[/\\])/.test(host)) return host;
	return folder + host.replace(/^(\.\/)+/, "");
}

function isJson(text: string, name: string): boolean {
	return name.endsWith(".json") || /^\uFEFF?\s*\{/.test(text);
}

function parseJson(text: string, name: string): unknown {
	try {
		return JSON.parse(text.replace(/^\uFEFF/, ""));
	} catch (cause) {
		throw invalid(name, (cause as SyntaxError).message, cause);
	}
}

async function parseToml(text: string, name: string): Promise<unknown> {
	const reading = await readToml(text);
	if ("value" in reading) return reading.value;
	const { problem, line, column, cause } = reading;
	throw invalid(name, `line ${line}, column ${column}: ${problem}`, cause);
}

function invalid(file: string, problem: string, cause?: unknown): Fault {
	return new Fault("POLICY_INVALID", `cannot read the policy '${file}'`, { note: problem, cause });
}
