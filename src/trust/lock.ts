/** wherry.lock: which digest each name stands for in a folder. */
import { Fault } from "../base/fault.ts";
import { type Digest, isDigest } from "../oci/digest.ts";
import type { Candidate } from "./admission.ts";
import {
	demandVersion,
	type Invalid,
	type JsonObject,
	objectOf,
	parseJsonText,
	quoted,
} from "./json-shape.ts";
import { repositoryOf } from "./name-scope.ts";

export interface Lock {
	readonly file: string;
	/** By canonical reference. */
	readonly images: ReadonlyMap<string, LockedImage>;
}

export interface LockedImage {
	/** Of the manifest, or of the index that the name stands for. */
	readonly manifest: Digest;
	/** Of the layers, in order: of the module, for an artifact. */
	readonly layers: readonly Digest[];
	/** Fingerprints of the keys whose signatures the policy demanded when the lock was written. */
	readonly keys: readonly string[];
	/** `module.name` of each import of the program: what it could ask of a host. Undefined: not read. */
	readonly imports?: readonly string[];
}

export const LOCK_FILE = "wherry.lock";
export const LOCK_BYTES_MAX = 16 << 20;
const VERSION = 1;
const ITEMS_MAX = 10_000;

/**
 * Holds a candidate to the lock; `keys`, once they are known, to those that verified.
 *
 * @throws Fault LOCK_DRIFT
 */
export function lockedTo(lock: Lock | undefined, candidate: Candidate, keys?: readonly string[]): void {
	if (lock === undefined) return;
	const { digest, layers, reference = "" } = candidate;
	const locked = lock.images.get(reference) ?? lockedByDigest(lock, reference, digest);
	if (locked === undefined) throw notLocked(lock, candidate);
	if (locked.manifest !== digest) throw drift(lock, candidate, locked.manifest, digest);
	if (layers !== undefined && layers.join() !== locked.layers.join())
		throw drift(lock, candidate, locked.layers.join(" "), layers.join(" "));
	if (keys !== undefined && keys.join() !== locked.keys.join())
		throw drift(lock, candidate, signedBy(locked.keys), signedBy(keys));
}

/** A name with a digest is held to the names of the same repository. */
function lockedByDigest(lock: Lock, reference: string, digest: Digest): LockedImage | undefined {
	if (!reference.includes("@")) return undefined;
	const repository = repositoryOf(reference);
	for (const [name, locked] of lock.images)
		if (repositoryOf(name) === repository && locked.manifest === digest) return locked;
	return undefined;
}

function signedBy(keys: readonly string[]): string {
	return keys.length === 0 ? "no demanded signature" : `a signature by ${keys.join(" and ")}`;
}

function notLocked({ file }: Lock, { shown, digest }: Candidate): Fault {
	return new Fault("LOCK_DRIFT", `'${shown}' is not in the lock`, {
		note: [`expected one of the images that '${file}' names`, `found    ${digest}`],
		help: `wherry lock ${shown}`,
	});
}

function drift({ file }: Lock, { shown }: Candidate, expected: string, found: string): Fault {
	return new Fault("LOCK_DRIFT", `'${shown}' is not what the lock says`, {
		note: [`expected ${expected}, as '${file}' says`, `found    ${found}`],
		help: `wherry lock ${shown}    if the change is wanted`,
	});
}

/**
 * Reads a lock.
 *
 * @throws Fault LOCK_DRIFT for what is none, or of a version that this wherry does not know
 */
export function parseLock(text: string, file: string): Lock {
	const invalid: Invalid = (problem, cause) => unreadable(file, problem, cause);
	const document = objectOf(parseJsonText(text, invalid), "the file", invalid);
	known(document, ["version", "images"], "the file", invalid);
	demandVersion(document, VERSION, invalid);
	const images = new Map<string, LockedImage>();
	for (const [reference, value] of Object.entries(objectOf(document["images"], "images", invalid)))
		images.set(reference, readLocked(objectOf(value, `'${reference}'`, invalid), reference, invalid));
	return { file, images };
}

/** The text of a lock: one item a line, sorted, so that a difference reads well. */
export function printLock(images: ReadonlyMap<string, LockedImage>): string {
	const sorted = [...images].toSorted(([a], [b]) => (a < b ? -1 : 1));
	const document = { version: VERSION, images: Object.fromEntries(sorted) };
	return `${JSON.stringify(document, undefined, "\t")}\n`;
}

function readLocked(value: JsonObject, reference: string, invalid: Invalid): LockedImage {
	known(value, ["manifest", "layers", "keys", "imports"], `'${reference}'`, invalid);
	const { manifest, layers, keys, imports } = value;
	if (!isDigest(manifest)) throw invalid(`'${reference}' has ${quoted(manifest)} for a digest`);
	const digests = textsOf(layers, reference, invalid);
	if (!digests.every(isDigest)) throw invalid(`'${reference}' has a layer that is no digest`);
	return {
		manifest,
		layers: digests,
		keys: textsOf(keys, reference, invalid),
		...(imports === undefined ? {} : { imports: textsOf(imports, reference, invalid) }),
	};
}

function textsOf(value: unknown, reference: string, invalid: Invalid): readonly string[] {
	if (!Array.isArray(value) || value.length > ITEMS_MAX || !value.every((item) => typeof item === "string"))
		throw invalid(`'${reference}' has ${quoted(value)} for a list of texts`);
	return value;
}

function known(value: JsonObject, keys: readonly string[], what: string, invalid: Invalid): void {
	for (const key of Object.keys(value))
		if (!keys.includes(key)) throw invalid(`${what} has an unknown key '${key}'`);
}

function unreadable(file: string, problem: string, cause?: unknown): Fault {
	return new Fault("LOCK_DRIFT", `cannot read the lock '${file}'`, {
		note: problem,
		help: "wherry lock    to write it anew",
		cause,
	});
}
