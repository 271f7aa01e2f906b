/** wherry.toml: what a project wants otherwise than wherry finds it. docs/build.md has the reference. */
import { Fault } from "../base/fault.ts";
import { nearMisses, orList } from "../base/near.ts";
import { readToml } from "../base/toml.ts";
import type { OptimiseFor } from "./toolchain.ts";

/** Absent means: as it is found. */
export interface BuildFile {
	readonly toolchain?: string;
	/** Of the program, without an ending; absent: what its toolchain calls it, else `app`. */
	readonly name?: string;
	/** Instead of a toolchain: a program and its words, run without a shell. */
	readonly command?: readonly string[];
	/** Where the program is afterwards, relative to the project's folder. */
	readonly output?: string;
	readonly profile?: OptimiseFor;
	readonly flags: readonly string[];
	readonly sources: readonly string[];
	readonly optimise: boolean;
	readonly tags: readonly string[];
	readonly platform?: string;
	/** `HOST:GUEST`. */
	readonly files: readonly FilesWord[];
	readonly entrypoint?: readonly string[];
	readonly cmd?: readonly string[];
	readonly env: ReadonlyMap<string, string>;
	readonly workdir?: string;
	readonly expose: readonly string[];
	readonly labels: ReadonlyMap<string, string>;
	readonly annotations: ReadonlyMap<string, string>;
}

/** A file or folder of the project, and where it lies in the image. */
export interface FilesWord {
	readonly host: string;
	readonly guest: string;
}

export const BUILD_FILE = "wherry.toml";

export const NO_BUILD_FILE: BuildFile = {
	flags: [],
	sources: [],
	optimise: false,
	tags: [],
	files: [],
	env: new Map(),
	expose: [],
	labels: new Map(),
	annotations: new Map(),
};

const LENGTH_MAX = 1 << 20;
const ITEMS_MAX = 10_000;

/**
 * Reads a wherry.toml.
 *
 * @throws Fault BUILD_FILE_INVALID for what is no TOML, unknown, or of the wrong kind
 */
export async function parseBuildFile(text: string): Promise<BuildFile> {
	if (text.length > LENGTH_MAX) throw invalid("it is larger than 1 MiB");
	const document = await parseToml(text);
	const { build, image } = tables(document);
	return {
		...NO_BUILD_FILE,
		...readTable("build", build, BUILD_KEYS),
		...readTable("image", image, IMAGE_KEYS),
	};
}

type Table = Readonly<Record<string, unknown>>;
type Reader = (value: unknown, key: string) => unknown;

const BUILD_KEYS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
	["toolchain", readText],
	["name", readName],
	["command", readWords],
	["output", readText],
	["profile", readProfile],
	["flags", readWords],
	["sources", readWords],
	["optimise", readSwitch],
]);

const IMAGE_KEYS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
	["tags", readWords],
	["platform", readText],
	["files", (value, key) => readWords(value, key).map((word) => readFilesWord(word, key))],
	["entrypoint", readWords],
	["cmd", readWords],
	["env", readMap],
	["workdir", readText],
	["expose", readWords],
	["labels", readMap],
	["annotations", readMap],
]);

async function parseToml(text: string): Promise<Table> {
	const read = await readToml(text);
	if ("value" in read) return read.value;
	throw invalid(read.problem, `${BUILD_FILE}:${read.line}:${read.column}`);
}

function tables(document: Table): { build: Table; image: Table } {
	for (const [key, value] of Object.entries(document)) {
		if (key !== "build" && key !== "image") throw unknownKey(key, ["build", "image"], "tables");
		if (!isTable(value)) throw invalid(`'${key}' must be a table`);
	}
	return { build: (document["build"] ?? {}) as Table, image: (document["image"] ?? {}) as Table };
}

function isTable(value: unknown): value is Table {
	return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function readTable(
	name: string,
	table: Table,
	readers: ReadonlyMap<string, Reader>,
): Record<string, unknown> {
	const read: Record<string, unknown> = {};
	for (const [key, value] of Object.entries(table)) {
		const reader = readers.get(key);
		if (reader === undefined) throw unknownKey(key, [...readers.keys()], `keys of [${name}]`);
		read[key] = reader(value, `${name}.${key}`);
	}
	return read;
}

function readText(value: unknown, key: string): string {
	if (typeof value !== "string" || value === "" || value.includes("\0"))
		throw invalid(`${key} must be a text`);
	return value;
}

function readName(value: unknown, key: string): string {
	if (typeof value === "string" && /^\w[\w.-]{0,63}$/.test(value)) return value;
	throw invalid(`${key} must be up to 64 letters, digits, '.', '_' and '-'`);
}

function readSwitch(value: unknown, key: string): boolean {
	if (typeof value !== "boolean") throw invalid(`${key} must be true or false`);
	return value;
}

function readProfile(value: unknown, key: string): OptimiseFor {
	if (value === "size" || value === "speed") return value;
	throw invalid(`${key} must be 'size' or 'speed'`);
}

function readWords(value: unknown, key: string): readonly string[] {
	const isList = Array.isArray(value) && value.length <= ITEMS_MAX;
	if (!isList || !value.every((item) => typeof item === "string" && !item.includes("\0")))
		throw invalid(`${key} must be a list of texts`);
	return value as string[];
}

function readMap(value: unknown, key: string): ReadonlyMap<string, string> {
	const isFit = isTable(value) && Object.values(value).every((item) => typeof item === "string");
	if (!isFit || Object.keys(value).length > ITEMS_MAX) throw invalid(`${key} must be a table of texts`);
	return new Map(Object.entries(value as Record<string, string>));
}

function readFilesWord(word: string, key: string): FilesWord {
	const [, host, guest] = /^(.+):(\/.*)$/.exec(word) ?? [];
	if (host !== undefined && guest !== undefined) return { host, guest };
	throw new Fault("BUILD_FILE_INVALID", `cannot read '${word}' in ${key} of ${BUILD_FILE}`, {
		note: "the form is HOST:GUEST, and GUEST is absolute",
		help: `files = ["static:/srv/static"]`,
	});
}

function unknownKey(key: string, known: readonly string[], what: string): Fault {
	const near = nearMisses(key, known);
	return new Fault("BUILD_FILE_INVALID", `cannot follow ${BUILD_FILE}: it has no '${key}'`, {
		note: `the ${what} are ${orList(known, "and")}`,
		help: near.length > 0 ? near : undefined,
	});
}

function invalid(why: string, where = BUILD_FILE): Fault {
	return new Fault("BUILD_FILE_INVALID", `cannot follow ${where}: ${why}`);
}
