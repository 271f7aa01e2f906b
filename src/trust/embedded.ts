/**
 * Signatures inside a module (WebAssembly/tool-conventions, Signatures.md, in the form that wasmsign2
 * writes: it puts a length before each part, where the document's tables have none).
 */
import { Fault } from "../base/fault.ts";
import { toHex } from "../base/hex.ts";
import { Cursor } from "../wasm/cursor.ts";
import { encodeName, encodeUnsigned } from "../wasm/encode.ts";
import { type Section, SectionId } from "../wasm/module.ts";
import { HEADER_BYTES, readSections } from "../wasm/sections.ts";
import type { EmbeddedKey, EmbeddedSigningKey } from "./embedded-keys.ts";

export type EmbeddedVerdict =
	| { readonly outcome: "valid" }
	| { readonly outcome: "unsigned" }
	/** `why` is a clause for people. */
	| { readonly outcome: "refused"; readonly why: string };

const SECTION = "signature";
/** Version of the form, content "module", SHA-256. */
const FORM = [1, 1, 1] as const;
const ED25519 = 1;
const HASH_BYTES = 32;
/** wasmsign2's own limits. */
const HASHES_MAX = 64;
const SIGNATURES_MAX = 256;

/**
 * Whether the module or component carries the key's signature over all of itself. Its first eight bytes
 * are not covered by the signature: that they say what the rest is, is checked here.
 */
export async function verifyEmbedded(bytes: Uint8Array, key: EmbeddedKey): Promise<EmbeddedVerdict> {
	try {
		const kind = headerKind(bytes);
		if (kind === undefined) return refused("it is neither a module nor a component");
		const section = signatureSection(bytes, kind);
		if (section === undefined) return { outcome: "unsigned" };
		const covered = bytes.subarray(section.end);
		if ((kind === "module") !== isModule(covered))
			return refused(`its first bytes say that it is a ${kind}, and it is none`);
		const hash = toHex(await sha256(covered));
		const sets = readSignedHashes(new Cursor(bytes, section.contents, section.end));
		const whole = sets.filter(({ hashes }) => hashes.some((one) => toHex(one) === hash));
		if (whole.length === 0) return refused("it was changed since it was signed");
		for (const set of whole) if (await isSignedBy(set, key)) return { outcome: "valid" };
		return refused("it was signed with another key");
	} catch (error) {
		if (error instanceof Fault) return refused(error.message);
		throw error;
	}
}

/**
 * The module or component with the key's signature in front; signatures that were there go. Its digest is
 * another one then.
 *
 * @throws Fault MODULE_INVALID
 */
export async function embedSignature(
	bytes: Uint8Array,
	key: EmbeddedSigningKey,
): Promise<Uint8Array<ArrayBuffer>> {
	const kind = headerKind(bytes);
	if (kind === undefined)
		throw new Fault("NOT_WASM", "cannot put a signature into what is neither a module nor a component");
	const kept = readSections(bytes, kind === "module").filter((section) => !isSignature(section));
	const rest = joined(kept.map(({ start, end }) => bytes.subarray(start, end)));
	const hash = await sha256(rest);
	const signature = await key.sign(signedMessage([hash]));
	// no key id: nobody vouches for it
	const one = [0, ED25519, ...sized([...signature])];
	const set = [1, ...hash, 1, ...sized(one)];
	const contents = [...encodeName(SECTION), ...FORM, 1, ...sized(set)];
	const section = Uint8Array.from([SectionId.CUSTOM, ...sized(contents)]);
	return joined([bytes.subarray(0, HEADER_BYTES), section, rest]);
}

interface SignedHashes {
	readonly hashes: readonly Uint8Array[];
	readonly signatures: readonly Uint8Array[];
}

async function isSignedBy({ hashes, signatures }: SignedHashes, key: EmbeddedKey): Promise<boolean> {
	const message = signedMessage(hashes);
	for (const signature of signatures) if (await key.verify(signature, message)) return true;
	return false;
}

function signedMessage(hashes: readonly Uint8Array[]): Uint8Array {
	return joined([new TextEncoder().encode("wasmsig"), Uint8Array.from(FORM), ...hashes]);
}

/** Only the first section counts: what stands before a signature is not covered by it. */
function signatureSection(bytes: Uint8Array, kind: Kind): Section | undefined {
	const [first] = readSections(bytes, kind === "module");
	return first !== undefined && isSignature(first) ? first : undefined;
}

function isSignature({ id, name }: Section): boolean {
	return id === SectionId.CUSTOM && name === SECTION;
}

function readSignedHashes(cursor: Cursor): SignedHashes[] {
	for (const byte of FORM)
		if (cursor.byte("a signature's form") !== byte)
			throw new Fault("SIGNATURE_INVALID", "its signature is of an unknown form");
	const count = cursor.count("the number of signed hashes", 1, HASHES_MAX);
	return Array.from({ length: count }, () => readSet(part(cursor, "signed hashes")));
}

function readSet(cursor: Cursor): SignedHashes {
	const hashes = cursor.count("the number of hashes", HASH_BYTES, HASHES_MAX);
	const read = Array.from({ length: hashes }, () => take(cursor, HASH_BYTES, "a hash"));
	const count = cursor.count("the number of signatures", 1, SIGNATURES_MAX);
	const signatures = Array.from({ length: count }, () => readSignature(part(cursor, "a signature")));
	return { hashes: read, signatures: signatures.flatMap((one) => one ?? []) };
}

/** Undefined: of another algorithm. */
function readSignature(cursor: Cursor): Uint8Array | undefined {
	cursor.skip(cursor.u32("a key id's length"), "a key id");
	if (cursor.byte("a signature's algorithm") !== ED25519) return undefined;
	return take(cursor, cursor.u32("a signature's length"), "a signature");
}

/** What stands behind its own length. */
function part(cursor: Cursor, what: string): Cursor {
	const size = cursor.u32(`the length of ${what}`);
	cursor.skip(size, what);
	return new Cursor(cursor.bytes, cursor.offset - size, cursor.offset);
}

function take(cursor: Cursor, size_bytes: number, what: string): Uint8Array {
	cursor.skip(size_bytes, what);
	return cursor.bytes.slice(cursor.offset - size_bytes, cursor.offset);
}

type Kind = "module" | "component";

const MODULE_HEADER = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const COMPONENT_HEADER = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0);

function headerKind(bytes: Uint8Array): Kind | undefined {
	const begins = (header: Uint8Array) => header.every((byte, at) => bytes[at] === byte);
	if (begins(MODULE_HEADER)) return "module";
	return begins(COMPONENT_HEADER) ? "component" : undefined;
}

/** Whether sections are those of a module: then they are no component's, unless there is nothing to run. */
function isModule(sections: Uint8Array): boolean {
	return WebAssembly.validate(joined([MODULE_HEADER, sections]));
}

async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
	return new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(bytes)));
}

function sized(bytes: readonly number[]): number[] {
	return [...encodeUnsigned(bytes.length), ...bytes];
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
	const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
	let at = 0;
	for (const one of parts) {
		bytes.set(one, at);
		at += one.length;
	}
	return bytes;
}

function refused(why: string): EmbeddedVerdict {
	return { outcome: "refused", why };
}
