import { type JsonDocument, type JsonObject, parseJsonObject } from "../../oci/json.ts";
import { inflate } from "./inflate.ts";
import { keyOf, packageUrl, type Part, PARTS_MAX, short } from "./part.ts";

/** What `cargo auditable` writes into a program. */
export interface CargoBuild {
	/** The crate that is the program itself, with the keys of those that it uses. */
	readonly root: Part | undefined;
	readonly crates: readonly Part[];
}

/** cargo-auditable's own bound. */
const CRATES_BYTES_MAX = 2 << 20;

const CRATES: JsonDocument = {
	what: "the list of crates in section '.dep-v0'",
	code: "MODULE_INVALID",
	bytes_max: CRATES_BYTES_MAX,
};

/**
 * The crates in section `.dep-v0`: JSON in zlib's form (rust-secure-code/cargo-auditable, PARSING.md).
 * Those that only build scripts used are tools.
 *
 * @throws Fault MODULE_INVALID when it cannot be read
 */
export async function readCrates(section: Uint8Array): Promise<CargoBuild> {
	const json = await inflate(section, CRATES_BYTES_MAX, CRATES);
	const objects = parseJsonObject(json, CRATES).objects("packages", PARTS_MAX);
	const keys = objects.map((object) => keyOf(crateOf(object, [])));
	const parts = objects.map((object) => crateOf(object, dependenciesOf(object, keys)));
	const root = objects.findIndex((object) => object.optionalBoolean("root") === true);
	return { root: parts[root], crates: parts.filter((_, index) => index !== root) };
}

function crateOf(object: JsonObject, dependsOn: readonly string[]): Part {
	const name = short(object.text("name"));
	const version = short(object.text("version"));
	const source = object.optionalText("source");
	return {
		kind: object.optionalText("kind") === "build" ? "tool" : "library",
		name,
		version,
		// a name from elsewhere may be another's on crates.io
		purl: source === "crates.io" ? packageUrl("cargo", name, version) : undefined,
		evidence: "declared",
		origin: "cargo-auditable",
		properties: source === undefined ? {} : { "cargo:source": short(source) },
		dependsOn,
	};
}

/** Places in the list of packages; one that is out of place is left out. */
function dependenciesOf(object: JsonObject, keys: readonly string[]): readonly string[] {
	const places: unknown = object.value("dependencies");
	if (!Array.isArray(places)) return [];
	const found = places.slice(0, PARTS_MAX).flatMap((place) => keys[Number(place)] ?? []);
	return [...new Set(found)];
}
