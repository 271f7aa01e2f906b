import { fromBase64, toBase64 } from "../base/base64.ts";
import { encodeJson, type JsonObject, parseJsonObject } from "../oci/json.ts";
import { keyFault, type SigningKey, signingKey } from "./keys.ts";
import { readPem, writePem } from "./pem.ts";
import { openBox, sealBox, SECRETBOX_KEY_BYTES, SECRETBOX_NONCE_BYTES } from "./secretbox.ts";

/** scrypt (RFC 7914), given by the host: WebCrypto has none. N is a power of two. */
export type Scrypt = (
	password: Uint8Array,
	salt: Uint8Array,
	cost: { readonly N: number; readonly r: number; readonly p: number },
	size_bytes: number,
) => Promise<Uint8Array>;

/** Asked for only when the file is encrypted. */
export type AskPassword = () => Promise<string>;

/** What is written on files of ours, and of cosign since 2; what cosign 1 wrote. */
const ENCRYPTED = "ENCRYPTED SIGSTORE PRIVATE KEY";
const ENCRYPTED_BEFORE = "ENCRYPTED COSIGN PRIVATE KEY";
const UNENCRYPTED: ReadonlySet<string> = new Set(["PRIVATE KEY", "EC PRIVATE KEY"]);

/**
 * What cosign wrote at its times: a file may ask for any cost, and 2^30 would be a terabyte. 2^15 is the one
 * that all readers take: containers/image 5.25 refuses the others.
 */
const COSTS: ReadonlySet<number> = new Set([2 ** 15, 2 ** 16, 2 ** 17]);
const WRITTEN = { N: 2 ** 15, r: 8, p: 1 } as const;
const SALT_BYTES = 32;
const SALT_BYTES_MAX = 64;

/**
 * The private key in a PEM text: cosign's encrypted form, or unencrypted PKCS #8 or SEC 1.
 *
 * @param where what errors call it: the file's name
 * @throws Fault KEY_INVALID
 */
export async function openKeyFile(
	text: string,
	where: string,
	askPassword: AskPassword,
	scrypt: Scrypt,
): Promise<SigningKey> {
	const pem = readPem(text);
	if (pem === undefined) throw keyFault(where, "it is no PEM text, or is cut off");
	if (UNENCRYPTED.has(pem.label)) return signingKey(pem.bytes, where);
	if (pem.label === "PUBLIC KEY")
		throw keyFault(
			where,
			"it is a public key; to sign, its private half is needed",
			`--key ${where.replace(/\.pub$/, ".key")}`,
		);
	if (pem.label !== ENCRYPTED && pem.label !== ENCRYPTED_BEFORE)
		throw keyFault(where, `it holds '${pem.label}'; read are ${[ENCRYPTED, ...UNENCRYPTED].join(", ")}`);
	const sealed = readSealed(parseJsonObject(pem.bytes, { what: `the key '${where}'`, code: "KEY_INVALID" }));
	const key = await derive(await askPassword(), sealed.salt, sealed.N, scrypt);
	const pkcs8 = await openBox(sealed.box, key, sealed.nonce);
	if (pkcs8 === undefined)
		throw keyFault(
			where,
			"the password does not open it, or the file was changed",
			"WHERRY_PASSWORD=... in the environment, or --password-stdin",
		);
	return signingKey(pkcs8, where);
}

/** The PEM text of the key, encrypted as cosign does it, at the cost that every reader takes. */
export async function sealKeyFile(key: SigningKey, password: string, scrypt: Scrypt): Promise<string> {
	const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
	const nonce = crypto.getRandomValues(new Uint8Array(SECRETBOX_NONCE_BYTES));
	const box = await sealBox(key.pkcs8, await derive(password, salt, WRITTEN.N, scrypt), nonce);
	const json = encodeJson({
		kdf: { name: "scrypt", params: WRITTEN, salt: toBase64(salt) },
		cipher: { name: "nacl/secretbox", nonce: toBase64(nonce) },
		ciphertext: toBase64(box),
	});
	return writePem(ENCRYPTED, json);
}

interface Sealed {
	readonly N: number;
	readonly salt: Uint8Array;
	readonly nonce: Uint8Array;
	readonly box: Uint8Array;
}

function readSealed(file: JsonObject): Sealed {
	const kdf = file.object("kdf");
	const cipher = file.object("cipher");
	if (kdf.text("name") !== "scrypt") throw kdf.fault("name", "is not 'scrypt'");
	if (cipher.text("name") !== "nacl/secretbox") throw cipher.fault("name", "is not 'nacl/secretbox'");
	const params = kdf.object("params");
	const N = params.size("N");
	if (!COSTS.has(N)) throw params.fault("N", `is ${N}; ${[...COSTS].join(", ")} are taken`);
	for (const name of ["r", "p"] as const)
		if (params.size(name) !== WRITTEN[name]) throw params.fault(name, `is not ${WRITTEN[name]}`);
	const salt = readBase64(kdf, "salt");
	if (salt.length > SALT_BYTES_MAX) throw kdf.fault("salt", `has over ${SALT_BYTES_MAX} bytes`);
	const nonce = readBase64(cipher, "nonce");
	if (nonce.length !== SECRETBOX_NONCE_BYTES)
		throw cipher.fault("nonce", `has not ${SECRETBOX_NONCE_BYTES} bytes`);
	return { N, salt, nonce, box: readBase64(file, "ciphertext") };
}

function readBase64(object: JsonObject, name: string): Uint8Array {
	const bytes = fromBase64(object.text(name));
	if (bytes === undefined) throw object.fault(name, "is no base64");
	return bytes;
}

function derive(password: string, salt: Uint8Array, N: number, scrypt: Scrypt): Promise<Uint8Array> {
	return scrypt(new TextEncoder().encode(password), salt, { ...WRITTEN, N }, SECRETBOX_KEY_BYTES);
}
