import { fromHex, toHex } from "../base/hex.ts";
import { readDer, readSequence, Tag, writeDer } from "./der.ts";

/** What a key is, as far as its first bytes say. */
export type KeyKind = "ECDSA P-256" | "unreadable" | (string & {});

/** Object identifiers of keys, as they stand in DER (RFC 5480, RFC 8410, RFC 8017). */
const EC = "2a8648ce3d0201";
const P256 = "2a8648ce3d030107";
const NAMES: ReadonlyMap<string, string> = new Map([
	["2a864886f70d010101", "RSA"],
	["2b6570", "Ed25519"],
	["2b6571", "Ed448"],
	["2a8648ce380401", "DSA"],
	[P256, "ECDSA P-256"],
	["2b81040022", "ECDSA P-384"],
	["2b81040023", "ECDSA P-521"],
	["2b8104000a", "ECDSA secp256k1"],
]);

/** What kind of key a SubjectPublicKeyInfo holds (RFC 5280, section 4.1). */
export function publicKeyKind(spki: Uint8Array): KeyKind {
	const [algorithm, key, ...more] = readSequence(spki) ?? [];
	if (algorithm?.tag !== Tag.SEQUENCE || key?.tag !== Tag.BIT_STRING || more.length > 0) return "unreadable";
	return kindOf(algorithm.content);
}

/**
 * What kind of private key it is, and its PKCS #8 form (RFC 5208): the same bytes, or, of an EC key in
 * SEC 1 form (RFC 5915), put into one.
 */
export function privateKeyInfo(der: Uint8Array): { kind: KeyKind; pkcs8: Uint8Array<ArrayBuffer> } {
	const pkcs8 = new Uint8Array(der);
	const [version, second, third, fourth] = readSequence(der) ?? [];
	if (version?.tag !== Tag.INTEGER) return { kind: "unreadable", pkcs8 };
	if (second?.tag === Tag.SEQUENCE && third?.tag === Tag.OCTET_STRING)
		return { kind: kindOf(second.content), pkcs8 };
	if (second?.tag === Tag.INTEGER) return { kind: "RSA", pkcs8 };
	if (second?.tag !== Tag.OCTET_STRING) return { kind: "unreadable", pkcs8 };
	const curve = [third, fourth].find((value) => value?.tag === CURVE_TAG)?.content;
	if (curve === undefined) return { kind: "unreadable", pkcs8 };
	return { kind: identified(curve), pkcs8: fromSec1(der, curve) };
}

/** `parameters [0]` of an EC private key. */
const CURVE_TAG = 0xa0;

function fromSec1(der: Uint8Array, curve: Uint8Array): Uint8Array<ArrayBuffer> {
	const zero = writeDer(Tag.INTEGER, Uint8Array.of(0));
	const algorithm = writeDer(Tag.SEQUENCE, writeDer(Tag.OBJECT_IDENTIFIER, fromHex(EC)!), curve);
	return writeDer(Tag.SEQUENCE, zero, algorithm, writeDer(Tag.OCTET_STRING, der));
}

/** Of an AlgorithmIdentifier: its name, and of elliptic curves the curve's. */
function kindOf(algorithm: Uint8Array): KeyKind {
	const identifier = readDer(algorithm)?.[0];
	if (identifier?.tag !== Tag.OBJECT_IDENTIFIER) return "unreadable";
	if (toHex(identifier.content) !== EC) return identified(algorithm);
	return identified(algorithm.subarray(2 + identifier.content.length));
}

/** The name of the object identifier that stands first. */
function identified(der: Uint8Array): KeyKind {
	const first = readDer(der)?.[0];
	if (first?.tag !== Tag.OBJECT_IDENTIFIER) return "unreadable";
	return NAMES.get(toHex(first.content)) ?? `one of an unknown algorithm`;
}
