/** Pins: which digest each name had when it was first seen here, and how it came. */
import { Fault } from "../base/fault.ts";
import { type Digest, isDigest } from "../oci/digest.ts";
import { JsonObject, type JsonDocument, sortedRecord } from "../oci/json.ts";

/** By canonical reference: `docker.io/library/hello:latest`. */
export type Pins = ReadonlyMap<string, Pin>;

export interface Pin {
	readonly digest: Digest;
	readonly how: PinHow;
	/** RFC 3339. */
	readonly since: string;
	/** Fingerprint of a key whose signature was demanded and verified then. */
	readonly key?: string;
	/** What the name stood for when it was refused last: what `trust accept` would pin. */
	readonly offered?: Digest;
}

const HOWS = ["pulled", "loaded", "built", "tagged", "pinned", "accepted"] as const;

export type PinHow = (typeof HOWS)[number];

/** Of the whole file: room for some 50,000 names. */
export const PINS_BYTES_MAX = 16 << 20;
const VERSION = 1;

/** What a run asks of the pins. */
export type PinsLookup = Pick<Pins, "get">;

/**
 * Reads a file of pins.
 *
 * @throws Fault STORE_INVALID for what is no such file, or of a version that this wherry does not know
 */
export function parsePins(text: string, file: string): Map<string, Pin> {
	const { pins, reading } = openPins(text, file);
	return reading(
		() => new Map(pins.names().map((reference) => [reference, readPin(pins.object(reference))])),
	);
}

/**
 * As `parsePins`, for who asks for a name or two: a pin is looked at when it is asked for, so that a run
 * pays for one and not for thousands.
 *
 * @throws Fault STORE_INVALID, `get` too
 */
export function lookUpPins(text: string, file: string): PinsLookup {
	const { pins, reading } = openPins(text, file);
	return {
		get: (reference) => reading(() => (pins.has(reference) ? readPin(pins.object(reference)) : undefined)),
	};
}

type Reading = <Result>(read: () => Result) => Result;

function openPins(text: string, file: string): { readonly pins: JsonObject; readonly reading: Reading } {
	const document: JsonDocument = { what: `the pins in '${file}'`, code: "STORE_INVALID" };
	const reading: Reading = (read) => {
		try {
			return read();
		} catch (cause) {
			throw unreadable(file, cause as Error);
		}
	};
	const pins = reading(() => {
		const object = new JsonObject(JSON.parse(text), document, "");
		if (object.value("version") !== VERSION)
			throw object.fault("version", `is another than ${VERSION}, which is what this wherry knows`);
		return object.object("pins");
	});
	return { pins, reading };
}

/** The file's text, sorted by name, a pin on each line. */
export function printPins(pins: Pins): string {
	const lines = Object.entries(sortedRecord(Object.fromEntries(pins))).map(
		([reference, pin]) => `\t\t${JSON.stringify(reference)}: ${JSON.stringify(pin)}`,
	);
	const body = lines.length === 0 ? "{}" : `{\n${lines.join(",\n")}\n\t}`;
	return `{\n\t"version": ${VERSION},\n\t"pins": ${body}\n}\n`;
}

const KEYS = new Set(["digest", "how", "since", "key", "offered"]);

function readPin(pin: JsonObject): Pin {
	for (const name of pin.names()) if (!KEYS.has(name)) throw pin.fault(name, "is not known");
	const how = HOWS.find((word) => word === pin.text("how"));
	if (how === undefined) throw pin.fault("how", "is not known");
	const since = pin.text("since");
	if (!/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(since)) throw pin.fault("since", "is no time");
	const key = pin.optionalText("key");
	const offered = pin.has("offered") ? digestIn(pin, "offered") : undefined;
	return {
		digest: digestIn(pin, "digest"),
		how,
		since,
		...(key === undefined ? {} : { key }),
		...(offered === undefined ? {} : { offered }),
	};
}

function digestIn(pin: JsonObject, name: string): Digest {
	const digest = pin.text(name);
	if (!isDigest(digest)) throw pin.fault(name, `is '${digest.slice(0, 100)}', no digest`);
	return digest;
}

function unreadable(file: string, cause: Error): Fault {
	return new Fault("STORE_INVALID", `cannot read the pins in '${file}'`, {
		note: [
			...(cause instanceof Fault ? cause.notes : [cause.message]),
			"without them wherry does not know what each name stood for, so nothing runs by its name",
		],
		help: `mv '${file}' '${file}.broken'    and then accept each image with wherry trust accept`,
		cause,
	});
}
