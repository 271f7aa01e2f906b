/** Ed25519 keys whose signatures stand inside modules, in wasmsign2's files and in PEM. */
import { fromBase64 } from "../base/base64.ts";
import { fromHex } from "../base/hex.ts";
import { type Digest, digestOf } from "../oci/digest.ts";
import { readDer, Tag, writeDer } from "./der.ts";
import { privateKeyInfo, publicKeyKind } from "./key-der.ts";
import { keyFault } from "./keys.ts";
import { readPem } from "./pem.ts";

export interface EmbeddedKey {
	/** SHA-256 of the key's DER form (SubjectPublicKeyInfo). */
	readonly fingerprint: Digest;
	/** What wasmsign2 keeps in a file. */
	readonly file: Uint8Array<ArrayBuffer>;
	/** Whether `signature` is this key's over `message`; any bytes may be given. */
	verify(signature: Uint8Array, message: Uint8Array): Promise<boolean>;
}

export interface EmbeddedSigningKey {
	readonly publicKey: EmbeddedKey;
	/** What wasmsign2 keeps in a file: not encrypted. */
	readonly file: Uint8Array<ArrayBuffer>;
	/** 64 bytes. */
	sign(message: Uint8Array): Promise<Uint8Array>;
}

/** The first byte of wasmsign2's files (its keys.rs): behind it a public key, or a seed and its public key. */
const PUBLIC_MARK = 0x01;
const SECRET_MARK = 0x81;
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
/** 1.3.101.112 (RFC 8410). */
const ALGORITHM = writeDer(Tag.SEQUENCE, writeDer(Tag.OBJECT_IDENTIFIER, Uint8Array.of(0x2b, 0x65, 0x70)));
const MAKE_ONE = "wherry trust keygen --type ed25519-wasm";

/** A new key pair. */
export async function generateEmbeddedKey(): Promise<EmbeddedSigningKey> {
	return signingKeyOf(crypto.getRandomValues(new Uint8Array(KEY_BYTES)));
}

/**
 * A public key: wasmsign2's 33 bytes, or as text PEM, hexadecimal digits or base64 of them or of the
 * last 32.
 *
 * @throws Fault KEY_INVALID
 */
export async function readEmbeddedKey(content: Uint8Array, where: string): Promise<EmbeddedKey> {
	const bytes = publicBytes(content, where);
	if (bytes !== undefined) return embeddedKey(bytes);
	throw keyFault(where, "it is no Ed25519 public key as modules are signed with", MAKE_ONE);
}

/**
 * A private key: wasmsign2's 65 bytes, or PEM that is not encrypted.
 *
 * @throws Fault KEY_INVALID
 */
export async function readEmbeddedSigningKey(
	content: Uint8Array,
	where: string,
): Promise<EmbeddedSigningKey> {
	const seed = seedIn(content, where);
	if (seed === undefined) throw keyFault(where, "it is no Ed25519 key to sign modules with", MAKE_ONE);
	const key = await signingKeyOf(seed);
	if (content[0] === SECRET_MARK && !equal(content, key.file))
		throw keyFault(where, "its public half is not that of its private half: the file was changed", MAKE_ONE);
	return key;
}

/** Whether a public key is of the kind that signs modules, as far as its first bytes say. */
export function isEmbeddedKey(content: Uint8Array): boolean {
	if (content.length === 1 + KEY_BYTES && content[0] === PUBLIC_MARK) return true;
	const pem = readPem(new TextDecoder().decode(content));
	return pem?.label === "PUBLIC KEY" && publicKeyKind(pem.bytes) === "Ed25519";
}

function publicBytes(content: Uint8Array, where: string): Uint8Array | undefined {
	if (content.length === 1 + KEY_BYTES && content[0] === PUBLIC_MARK) return content.subarray(1);
	const text = new TextDecoder().decode(content).trim();
	const pem = readPem(text);
	if (pem !== undefined) {
		const kind = pem.label === "PUBLIC KEY" ? publicKeyKind(pem.bytes) : pem.label;
		if (kind !== "Ed25519") throw keyFault(where, `it is ${kind}; modules are signed with Ed25519`, MAKE_ONE);
		return pem.bytes.length === SPKI_BYTES ? pem.bytes.subarray(-KEY_BYTES) : undefined;
	}
	const bytes = fromHex(text) ?? fromBase64(text);
	if (bytes?.length === KEY_BYTES) return bytes;
	return bytes?.length === 1 + KEY_BYTES && bytes[0] === PUBLIC_MARK ? bytes.subarray(1) : undefined;
}

function seedIn(content: Uint8Array, where: string): Uint8Array | undefined {
	if (content.length === 1 + 2 * KEY_BYTES && content[0] === SECRET_MARK)
		return content.subarray(1, 1 + KEY_BYTES);
	const pem = readPem(new TextDecoder().decode(content));
	if (pem === undefined) return undefined;
	const kind = pem.label === "PRIVATE KEY" ? privateKeyInfo(pem.bytes).kind : pem.label;
	if (kind !== "Ed25519") throw keyFault(where, `it is ${kind}; modules are signed with Ed25519`, MAKE_ONE);
	// version, algorithm, and an OCTET STRING in an OCTET STRING
	const seed = readDer(
		readDer(readDer(pem.bytes)?.[0]?.content ?? pem.bytes)?.[2]?.content ?? pem.bytes,
	)?.[0];
	return seed?.tag === Tag.OCTET_STRING && seed.content.length === KEY_BYTES ? seed.content : undefined;
}

async function signingKeyOf(seed: Uint8Array): Promise<EmbeddedSigningKey> {
	const version = writeDer(Tag.INTEGER, Uint8Array.of(0));
	const octets = writeDer(Tag.OCTET_STRING, writeDer(Tag.OCTET_STRING, seed));
	const pkcs8 = writeDer(Tag.SEQUENCE, version, ALGORITHM, octets);
	const key = await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", true, ["sign"]);
	const { x = "" } = await crypto.subtle.exportKey("jwk", key);
	const half = fromBase64(`${x.replaceAll("-", "+").replaceAll("_", "/")}=`) ?? new Uint8Array();
	return {
		publicKey: await embeddedKey(half),
		file: Uint8Array.of(SECRET_MARK, ...seed, ...half),
		async sign(message) {
			return new Uint8Array(await crypto.subtle.sign("Ed25519", key, new Uint8Array(message)));
		},
	};
}

async function embeddedKey(bytes: Uint8Array): Promise<EmbeddedKey> {
	const spki = writeDer(Tag.SEQUENCE, ALGORITHM, writeDer(Tag.BIT_STRING, Uint8Array.of(0), bytes));
	const key = await crypto.subtle.importKey("spki", spki, "Ed25519", true, ["verify"]);
	return {
		fingerprint: digestOf(spki),
		file: Uint8Array.of(PUBLIC_MARK, ...bytes),
		async verify(signature, message) {
			if (signature.length !== SIGNATURE_BYTES) return false;
			return crypto.subtle.verify("Ed25519", key, new Uint8Array(signature), new Uint8Array(message));
		},
	};
}

const SPKI_BYTES = 12 + KEY_BYTES;

function equal(one: Uint8Array, other: Uint8Array): boolean {
	return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
