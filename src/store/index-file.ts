/** index.json of an image layout: ours, or one that others wrote. */
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { within } from "../base/within.ts";
import { Fault } from "../base/fault.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { isDigest } from "../oci/digest.ts";
import { ENTRIES_MAX } from "../oci/limits.ts";
import {
	INDEX_BYTES_MAX,
	INDEX_FILE,
	NAME_ANNOTATION,
	PIN_ANNOTATION,
	READING,
	SUBJECT_ANNOTATION,
} from "./layout.ts";
import { invalidStore, unreadable } from "./refusals.ts";

/** An entry of index.json, with the object it was read from: what others wrote there stays. */
export interface Entry {
	readonly descriptor: Descriptor;
	readonly name?: string;
	readonly subject?: string;
	readonly pin?: string;
	readonly raw: Readonly<Record<string, unknown>>;
}

/** What stands in index.json beside the entries stays too. */
export interface IndexFile {
	readonly entries: readonly Entry[];
	/** Entries that are no descriptors we can check: a digest of another kind. */
	readonly foreign: readonly unknown[];
	readonly raw: Readonly<Record<string, unknown>>;
}

const EMPTY: IndexFile = { entries: [], foreign: [], raw: { schemaVersion: 2 } };

/**
 * A store that is not there yet is an empty one.
 *
 * @throws Fault STORE_INVALID, IO
 */
export function readIndex(folder: string): IndexFile {
	const text = readText(within(folder, INDEX_FILE), folder);
	return text === undefined ? EMPTY : parseIndexFile(text, folder);
}

/**
 * The entry of a name: as it is written here, else as others shorten it, `hello` for
 * `docker.io/library/hello:latest`.
 */
export function entryNamed({ entries }: IndexFile, name: string): Entry | undefined {
	for (const spelling of spellings(name)) {
		const entry = entries.findLast((one) => one.name === spelling);
		if (entry !== undefined) return entry;
	}
	return undefined;
}

/** All that a reference with all its parts may be written as. */
export function spellings(name: string): string[] {
	const short = /^docker\.io\/(library\/[^/]+$)?/.exec(name);
	const names =
		short === null
			? [name]
			: [name, name.slice("docker.io/".length), name.replace(/^docker\.io\/library\//, "")];
	const untagged = names
		.filter((one) => one.endsWith(":latest"))
		.map((one) => one.slice(0, -":latest".length));
	return [...new Set([...names, ...untagged])];
}

function readText(file: string, folder: string): string | undefined {
	let handle: number;
	try {
		handle = openSync(file, READING);
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
		throw unreadable(file, cause);
	}
	try {
		if (fstatSync(handle).size > INDEX_BYTES_MAX)
			throw invalidStore(folder, `${INDEX_FILE} is larger than ${INDEX_BYTES_MAX} bytes`, `ls -l ${file}`);
		return readFileSync(handle, "utf8");
	} catch (cause) {
		throw cause instanceof Fault ? cause : unreadable(file, cause);
	} finally {
		closeSync(handle);
	}
}

/** @throws Fault STORE_INVALID */
export function parseIndexFile(text: string, folder: string): IndexFile {
	const raw = parseObject(text);
	const manifests = raw?.["manifests"];
	if (raw === undefined || !Array.isArray(manifests) || manifests.length > ENTRIES_MAX)
		throw invalidStore(
			folder,
			`its ${INDEX_FILE} is no OCI image index of at most ${ENTRIES_MAX} manifests`,
			`mv ${folder} ${folder}.broken    and pull or build your images again`,
		);
	const entries = new Map(manifests.map((one: unknown) => [one, parseEntry(one)]));
	return {
		raw,
		entries: [...entries.values()].filter((entry) => entry !== undefined),
		foreign: manifests.filter((one) => entries.get(one) === undefined),
	};
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return isObject(value) ? value : undefined;
	} catch {
		return undefined;
	}
}

/** What is no descriptor that we can check is of no use to us. */
function parseEntry(raw: unknown): Entry | undefined {
	if (!isObject(raw)) return undefined;
	const digest = own(raw, "digest");
	const size = own(raw, "size");
	const mediaType = own(raw, "mediaType");
	if (!isDigest(digest) || typeof mediaType !== "string") return undefined;
	if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) return undefined;
	const annotations = own(raw, "annotations");
	const artifactType = stringOf(own(raw, "artifactType"));
	const noteOf = (name: string) => (isObject(annotations) ? stringOf(own(annotations, name)) : undefined);
	return {
		descriptor: { mediaType, digest, size, ...(artifactType !== undefined && { artifactType }) },
		...present({
			name: noteOf(NAME_ANNOTATION),
			subject: noteOf(SUBJECT_ANNOTATION),
			pin: noteOf(PIN_ANNOTATION),
		}),
		raw,
	};
}

function present(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
	return Object.fromEntries(
		Object.entries(values).filter((pair): pair is [string, string] => pair[1] !== undefined),
	);
}

function stringOf(value: unknown): string | undefined {
	return typeof value === "string" ? value : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Of the object itself: JSON may name `constructor`. */
function own(object: Readonly<Record<string, unknown>>, name: string): unknown {
	return Object.hasOwn(object, name) ? object[name] : undefined;
}
