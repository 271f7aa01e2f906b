/** Docker's `--mount key=value,...`: one line of comma-separated values. */
import { type GrantForm, grantInvalid, unknownWord } from "./grant-fault.ts";
import type { Mount, Origin } from "./grants.ts";
import { parseGuestPath } from "./guest-path.ts";
import { TMPFS_SIZE_BYTES } from "./limits.ts";
import { bind, tmpfsSize } from "./mounts.ts";

/** `type=bind|tmpfs,source=HOST,target=GUEST[,readonly][,tmpfs-size=SIZE]`; a value with a comma stands in quotes. */
export function parseMount(text: string, origin: Origin): Mount {
	const fields = splitCsv(text);
	if (fields === undefined) throw grantInvalid(MOUNT, text, "a quote in it is not closed");
	const words = fields.map((field): [string, string] => {
		const equals = field.indexOf("=");
		return equals < 0 ? [field, ""] : [field.slice(0, equals), field.slice(equals + 1)];
	});
	return mountFromWords(words, text, origin);
}

/** The mount of these keys and values: those of `--mount`, or of a policy's table. `text` names it in errors. */
export function mountFromWords(
	words: readonly (readonly [string, string])[],
	text: string,
	origin: Origin,
): Mount {
	const keys = new Map(words.map(([word, value]) => [keyOf(word, text), value]));
	const type = keys.get("type");
	if (type === "tmpfs") return tmpfsFromKeys(keys, text, origin);
	if (type === "bind") return bindFromKeys(keys, text, origin);
	throw grantInvalid(MOUNT, text, problemOfType(type));
}

type MountKey = "type" | "source" | "target" | "readonly" | "tmpfs-size" | "nothing";
type MountKeys = ReadonlyMap<MountKey, string>;

function tmpfsFromKeys(keys: MountKeys, text: string, origin: Origin): Mount {
	if (keys.has("source")) throw grantInvalid(MOUNT, text, "a tmpfs has no source");
	const guest = parseGuestPath(targetOf(keys, text));
	if (typeof guest !== "string") throw grantInvalid(MOUNT, text, guest.problem);
	const size = keys.get("tmpfs-size");
	const size_bytes = size === undefined ? TMPFS_SIZE_BYTES : tmpfsSize(MOUNT, text, size);
	return { type: "tmpfs", guest, size_bytes, readOnly: isReadOnly(keys, text), origin };
}

function bindFromKeys(keys: MountKeys, text: string, origin: Origin): Mount {
	const source = keys.get("source");
	if (source === undefined) throw grantInvalid(MOUNT, text, "the source, the path on the host, is missing");
	if (keys.has("tmpfs-size")) throw grantInvalid(MOUNT, text, "only a tmpfs has a tmpfs-size");
	return bind(MOUNT, text, source, targetOf(keys, text), isReadOnly(keys, text), origin);
}

const MOUNT: GrantForm = {
	what: "a mount",
	form: "type=bind,source=HOST,target=GUEST[,readonly] or type=tmpfs,target=GUEST[,tmpfs-size=SIZE]",
	example: "--mount type=bind,source=./data,target=/data,readonly",
};

const KEYS: ReadonlyMap<string, MountKey> = new Map([
	["type", "type"],
	["source", "source"],
	["src", "source"],
	["target", "target"],
	["destination", "target"],
	["dst", "target"],
	["readonly", "readonly"],
	["ro", "readonly"],
	["tmpfs-size", "tmpfs-size"],
	["tmpfs-mode", "nothing"],
	["consistency", "nothing"],
]);

function keyOf(word: string, text: string): MountKey {
	const key = KEYS.get(word.trim().toLowerCase());
	if (key === undefined)
		throw grantInvalid(MOUNT, text, unknownWord(word, [...KEYS.keys()], "a key of a mount"));
	return key;
}

function problemOfType(type: string | undefined): string {
	if (type === undefined) return "the type, bind or tmpfs, is missing";
	if (type === "volume") return "type=volume is a named volume; those come with the engine";
	return `'${type}' is neither bind nor tmpfs`;
}

function targetOf(keys: MountKeys, text: string): string {
	const target = keys.get("target");
	if (target === undefined)
		throw grantInvalid(MOUNT, text, "the target, the path inside the guest, is missing");
	return target;
}

function isReadOnly(keys: MountKeys, text: string): boolean {
	const value = keys.get("readonly") ?? "false";
	if (value === "" || value === "true" || value === "1") return true;
	if (value === "false" || value === "0") return false;
	throw grantInvalid(MOUNT, text, `'${value}' is neither true nor false`);
}

/** The fields of one line of CSV (RFC 4180, as Go's encoding/csv reads it); undefined when a quote stays open. */
function splitCsv(text: string): string[] | undefined {
	const fields: string[] = [];
	let field = "";
	let quoted = false;
	for (let index = 0; index < text.length; index++) {
		const character = text[index] ?? "";
		if (quoted && character === '"' && text[index + 1] === '"') {
			field += '"';
			index += 1;
		} else if (character === '"' && (quoted || field === "")) quoted = !quoted;
		else if (character === "," && !quoted) {
			fields.push(field);
			field = "";
		} else field += character;
	}
	fields.push(field);
	return quoted ? undefined : fields;
}
