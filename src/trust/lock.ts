/** wherry.lock: which digest each name stands for in a folder. */
import { Fault } from "../base/fault.ts";
import { type Digest, isDigest } from "../oci/digest.ts";
import { JsonObject, type JsonDocument, parseJsonObject, sortedRecord } from "../oci/json.ts";
import { LAYERS_MAX } from "../oci/limits.ts";

export interface Lock {
	readonly file: string;
	/** By canonical reference. */
	readonly images: ReadonlyMap<string, LockedImage>;
}

export interface LockedImage {
	/** Of the manifest, or of the index that the name stands for. */
	readonly manifest: Digest;
	/** Of the layers of what runs, in order: of the module, for an artifact. */
	readonly layers: readonly Digest[];
	/** Fingerprints of the keys whose signatures the policy demanded when the lock was written. */
	readonly keys: readonly string[];
	/** `module.name` of each import of the program: all that it can ask of a host. Undefined: not known. */
	readonly imports?: readonly string[];
	/** Of the policy file that it is run with. Undefined: with any, or none. */
	readonly policy?: Digest;
}

export const LOCK_FILE = "wherry.lock";
export const LOCK_BYTES_MAX = 16 << 20;
const VERSION = 1;
const KEYS_MAX = 100;
/** Of one image. */
export const LOCKED_IMPORTS_MAX = 10_000;

/**
 * Reads a lock.
 *
 * @throws Fault LOCK_DRIFT for what is none, or of a version that this wherry does not know
 */
export function parseLock(bytes: Uint8Array, file: string): Lock {
	const document: JsonDocument = {
		what: `the lock '${file}'`,
		code: "LOCK_DRIFT",
		bytes_max: LOCK_BYTES_MAX,
	};
	try {
		const object = parseJsonObject(bytes, document);
		demandKnown(object, ["version", "images"]);
		if (object.value("version") !== VERSION)
			throw object.fault("version", `is another than ${VERSION}, which is what this wherry knows`);
		const images = object.object("images");
		const read = images.names().map((name) => [name, readLocked(images.object(name))] as const);
		return { file, images: new Map(read) };
	} catch (error) {
		if (!(error instanceof Fault)) throw error;
		throw new Fault("LOCK_DRIFT", error.message, {
			note: error.notes,
			help: "wherry lock NAME...",
			cause: error,
		});
	}
}

/** The text of a lock: one item a line, sorted, so that a difference reads well. */
export function printLock(images: ReadonlyMap<string, LockedImage>): string {
	const document = { version: VERSION, images: sortedRecord(Object.fromEntries(images)) };
	return `${JSON.stringify(document, undefined, "\t")}\n`;
}

function readLocked(object: JsonObject): LockedImage {
	demandKnown(object, ["manifest", "layers", "keys", "imports", "policy"]);
	const imports = object.has("imports") ? object.texts("imports", LOCKED_IMPORTS_MAX) : undefined;
	return {
		manifest: digestOf(object, "manifest", object.text("manifest")),
		layers: object.texts("layers", LAYERS_MAX).map((layer) => digestOf(object, "layers", layer)),
		keys: object.texts("keys", KEYS_MAX),
		...(imports === undefined ? {} : { imports }),
		...(object.has("policy") ? { policy: digestOf(object, "policy", object.text("policy")) } : {}),
	};
}

function digestOf(object: JsonObject, name: string, text: string): Digest {
	if (!isDigest(text)) throw object.fault(name, `has '${text.slice(0, 100)}', which is no digest`);
	return text;
}

function demandKnown(object: JsonObject, known: readonly string[]): void {
	for (const name of object.names())
		if (!known.includes(name) || !object.has(name)) throw object.fault(name, "is not known");
}
