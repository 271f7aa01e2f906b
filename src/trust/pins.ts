/** Pins: which digest each name had when it was first seen here, and how it came. */
import { Fault } from "../base/fault.ts";
import { type Digest, isDigest } from "../oci/digest.ts";
import {
	demandVersion,
	type Invalid,
	type JsonObject,
	objectOf,
	parseJsonText,
	quoted,
} from "./json-shape.ts";

/** By canonical reference: `docker.io/library/hello:latest`. */
export type Pins = ReadonlyMap<string, Pin>;

export interface Pin {
	readonly digest: Digest;
	readonly how: PinHow;
	/** RFC 3339. */
	readonly since: string;
	/** Fingerprint of a key whose signature was demanded and verified. */
	readonly key?: string;
	/** What the name stood for when it was refused last: what `trust accept` would pin. */
	readonly offered?: Digest;
}

const HOWS = ["pulled", "loaded", "built", "tagged", "pinned", "accepted"] as const;

export type PinHow = (typeof HOWS)[number];

/** Of the whole file. */
export const PINS_BYTES_MAX = 16 << 20;
const VERSION = 1;

/**
 * Reads a file of pins.
 *
 * @throws Fault STORE_INVALID for what is no such file, or of a version that this wherry does not know
 */
export function parsePins(text: string, file: string): Map<string, Pin> {
	const invalid: Invalid = (problem, cause) => unreadable(file, problem, cause);
	const document = objectOf(parseJsonText(text, invalid), "the file", invalid);
	demandVersion(document, VERSION, invalid);
	const pins = new Map<string, Pin>();
	for (const [reference, value] of Object.entries(objectOf(document["pins"], "pins", invalid)))
		pins.set(reference, readPin(objectOf(value, `'${reference}'`, invalid), reference, invalid));
	return pins;
}

/** The file's text, sorted by name. */
export function printPins(pins: Pins): string {
	const sorted = [...pins].toSorted(([a], [b]) => (a < b ? -1 : 1));
	const lines = sorted.map(([reference, pin]) => `\t\t${JSON.stringify(reference)}: ${JSON.stringify(pin)}`);
	const body = lines.length === 0 ? "{}" : `{\n${lines.join(",\n")}\n\t}`;
	return `{\n\t"version": ${VERSION},\n\t"pins": ${body}\n}\n`;
}

const KEYS = new Set(["digest", "how", "since", "key", "offered"]);

function readPin(value: JsonObject, reference: string, invalid: Invalid): Pin {
	for (const name of Object.keys(value))
		if (!KEYS.has(name)) throw invalid(`the pin of '${reference}' has an unknown key '${name}'`);
	const { digest, how, since, key, offered } = value;
	if (!isDigest(digest)) throw invalid(`the pin of '${reference}' is ${quoted(digest)}, no digest`);
	const known = HOWS.find((word) => word === how);
	if (known === undefined) throw invalid(`the pin of '${reference}' came by ${quoted(how)}`);
	if (typeof since !== "string" || !/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(since))
		throw invalid(`the pin of '${reference}' is since ${quoted(since)}, no time`);
	if (key !== undefined && typeof key !== "string")
		throw invalid(`the key of '${reference}' is ${quoted(key)}`);
	if (offered !== undefined && !isDigest(offered))
		throw invalid(`'${reference}' was offered ${quoted(offered)}, no digest`);
	return {
		digest,
		how: known,
		since,
		...(key === undefined ? {} : { key }),
		...(offered === undefined ? {} : { offered }),
	};
}

function unreadable(file: string, problem: string, cause?: unknown): Fault {
	return new Fault("STORE_INVALID", `cannot read the pins in '${file}'`, {
		note: [
			problem,
			"without its pins wherry does not know what each name stood for, so nothing runs by name",
		],
		help: `rm '${file}'    and accept each image anew with wherry trust accept`,
		cause,
	});
}
