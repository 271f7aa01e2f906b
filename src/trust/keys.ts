import { Fault } from "../base/fault.ts";
import type { Digest } from "../oci/digest.ts";
import { digestOf } from "../oci/digest.ts";
import { signatureFromAsn1, signatureToAsn1 } from "./ecdsa.ts";
import { readPem, writePem } from "./pem.ts";
import { type KeyKind, privateKeyInfo, publicKeyKind } from "./key-der.ts";

/** A public ECDSA P-256 key, the only kind that images are signed with here. */
export interface PublicKey {
	/** SHA-256 of the key's DER form (SubjectPublicKeyInfo): what people compare. */
	readonly fingerprint: Digest;
	readonly spki: Uint8Array<ArrayBuffer>;
	/** Whether `signature` (ASN.1) is this key's over `message`, by SHA-256. Any bytes may be given. */
	verify(signature: Uint8Array, message: Uint8Array): Promise<boolean>;
}

/** A private key, opened. */
export interface SigningKey {
	readonly publicKey: PublicKey;
	/** PKCS #8, to be written into a key file. */
	readonly pkcs8: Uint8Array<ArrayBuffer>;
	/** The ASN.1 signature over `message`. */
	sign(message: Uint8Array): Promise<Uint8Array<ArrayBuffer>>;
}

const P256 = { name: "ECDSA", namedCurve: "P-256" } as const;
const BY_SHA256 = { name: "ECDSA", hash: "SHA-256" } as const;
const MAKE_ONE = "wherry trust keygen";

/** A new key pair. */
export async function generateKey(): Promise<SigningKey> {
	const { privateKey } = await crypto.subtle.generateKey(P256, true, ["sign", "verify"]);
	return signingKey(new Uint8Array(await crypto.subtle.exportKey("pkcs8", privateKey)), "a new key");
}

/**
 * The public key in a PEM text (`PUBLIC KEY`).
 *
 * @param where what errors call it: the file's name
 * @throws Fault KEY_INVALID
 */
export async function parsePublicKey(text: string, where: string): Promise<PublicKey> {
	const pem = readPem(text);
	if (pem === undefined) throw keyFault(where, "it is no PEM text, or is cut off");
	if (pem.label.includes("PRIVATE KEY"))
		throw keyFault(
			where,
			"it is a private key; to verify, its public half is needed",
			`--key ${where.replace(/\.key$/, ".pub")}`,
		);
	if (pem.label !== "PUBLIC KEY") throw keyFault(where, `it holds a '${pem.label}', no PUBLIC KEY`);
	requireP256(publicKeyKind(pem.bytes), where);
	return publicKey(pem.bytes, where);
}

/**
 * The key in DER form: PKCS #8, or what SEC 1 calls an EC private key.
 *
 * @throws Fault KEY_INVALID
 */
export async function signingKey(der: Uint8Array, where: string): Promise<SigningKey> {
	const { kind, pkcs8 } = privateKeyInfo(der);
	requireP256(kind, where);
	const privateKey = await importKey("pkcs8", pkcs8, ["sign"], where);
	const { d: _secret, key_ops: _uses, ...jwk } = await crypto.subtle.exportKey("jwk", privateKey);
	const half = await crypto.subtle.importKey("jwk", jwk, P256, true, ["verify"]);
	const spki = new Uint8Array(await crypto.subtle.exportKey("spki", half));
	return {
		publicKey: publicKeyOf(half, spki),
		pkcs8,
		async sign(message) {
			return signatureToAsn1(
				new Uint8Array(await crypto.subtle.sign(BY_SHA256, privateKey, copied(message))),
			);
		},
	};
}

/** The PEM text of a public key, as cosign and OpenSSL write it. */
export function publicKeyPem({ spki }: PublicKey): string {
	return writePem("PUBLIC KEY", spki);
}

/** Why a key cannot be used: one form for all of them. */
export function keyFault(where: string, note: string | readonly string[], help = MAKE_ONE): Fault {
	return new Fault("KEY_INVALID", `cannot use the key '${where}'`, { note, help });
}

async function publicKey(spki: Uint8Array<ArrayBuffer>, where: string): Promise<PublicKey> {
	return publicKeyOf(await importKey("spki", spki, ["verify"], where), spki);
}

function publicKeyOf(key: CryptoKey, spki: Uint8Array<ArrayBuffer>): PublicKey {
	return {
		fingerprint: digestOf(spki),
		spki,
		async verify(signature, message) {
			const raw = signatureFromAsn1(signature);
			return raw !== undefined && crypto.subtle.verify(BY_SHA256, key, raw, copied(message));
		},
	};
}

async function importKey(
	format: "spki" | "pkcs8",
	der: Uint8Array<ArrayBuffer>,
	uses: ("sign" | "verify")[],
	where: string,
): Promise<CryptoKey> {
	try {
		return await crypto.subtle.importKey(format, der, P256, true, uses);
	} catch (cause) {
		throw new Fault("KEY_INVALID", `cannot use the key '${where}'`, {
			note: "it says that it is an ECDSA P-256 key, but its numbers are not one's",
			help: MAKE_ONE,
			cause,
		});
	}
}

function requireP256(kind: KeyKind, where: string): void {
	if (kind === "ECDSA P-256") return;
	if (kind === "unreadable")
		throw keyFault(where, "the bytes in it are no key: they were changed, or cut off");
	throw keyFault(where, `it is a key of another kind, ${kind}; images are signed with ECDSA P-256`);
}

/** WebCrypto's types refuse memory that may be shared. */
function copied(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
	return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}
