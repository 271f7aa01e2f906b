import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { Fault } from "../base/fault.ts";
import { nodeScrypt } from "../host/node/scrypt.ts";
import { openKeyFile, sealKeyFile } from "./key-file.ts";
import { generateKey, publicKeyPem } from "./keys.ts";
import { readPem, writePem } from "./pem.ts";
import { sealBox } from "./secretbox.ts";

/** Recorded of cosign 2.5.0: `COSIGN_PASSWORD=wherry cosign generate-key-pair`. */
const cosignKey = readFileSync(join(import.meta.dirname, "fixtures/cosign.key"), "utf8");
const cosignPub = readFileSync(join(import.meta.dirname, "fixtures/cosign.pub"), "utf8");
const LABEL = "ENCRYPTED SIGSTORE PRIVATE KEY";

test("cosign's key file opens with its password", async () => {
	const key = await open(cosignKey);
	assert.equal(publicKeyPem(key.publicKey), cosignPub);
});

test("the label that cosign 1 wrote is read", async () => {
	const key = await open(cosignKey.replaceAll("SIGSTORE", "COSIGN"));
	assert.equal(publicKeyPem(key.publicKey), cosignPub);
});

test("what we write opens again, and has cosign's form", async () => {
	const key = await generateKey();
	const text = await sealKeyFile(key, "pässword", nodeScrypt);
	assert.equal((await open(text, "pässword")).publicKey.fingerprint, key.publicKey.fingerprint);
	assert.deepEqual(shape(text), shape(cosignKey.replace("65536", "32768")));
	assert.equal(json(text).kdf.params.N, 32768);
});

for (const N of [2 ** 15, 2 ** 16, 2 ** 17])
	test(`a file that asks for N = ${N} is opened`, async () => {
		const key = await generateKey();
		assert.equal((await open(await sealed(key.pkcs8, N))).publicKey.fingerprint, key.publicKey.fingerprint);
	});

const refused: readonly (readonly [string, (file: KeyJson) => void, RegExp])[] = [
	["a terabyte of memory", (file) => (file.kdf.params.N = 2 ** 30), /'kdf.params.N' is 1073741824/],
	["next to no work", (file) => (file.kdf.params.N = 2), /'kdf.params.N' is 2/],
	["no whole cost", (file) => (file.kdf.params.N = 0.5), /'kdf.params.N'/],
	["a large block", (file) => (file.kdf.params.r = 1 << 20), /'kdf.params.r'/],
	["many lanes", (file) => (file.kdf.params.p = 1 << 20), /'kdf.params.p'/],
	["another derivation", (file) => (file.kdf.name = "pbkdf2"), /'kdf.name'/],
	["another cipher", (file) => (file.cipher.name = "aes"), /'cipher.name'/],
	["a long salt", (file) => (file.kdf.salt = "A".repeat(400)), /'kdf.salt'/],
	["a salt that is no base64", (file) => (file.kdf.salt = "?"), /'kdf.salt'/],
	["a short nonce", (file) => (file.cipher.nonce = "AAAA"), /'cipher.nonce'/],
	["no content", (file) => (file.ciphertext = ""), /password does not open it/],
];
for (const [name, change, note] of refused)
	test(`a key file is refused that has ${name}`, async () => {
		const file = json(cosignKey);
		change(file);
		const text = writePem(LABEL, Buffer.from(JSON.stringify(file)));
		await assert.rejects(open(text), keyInvalid(note));
	});

test("a wrong password is said to be one", () =>
	assert.rejects(open(cosignKey, "Wherry"), keyInvalid(/the password does not open it/)));

test("a key file cut off anywhere is refused", async () => {
	for (let size = 0; size < cosignKey.length - 2; size += 37)
		await assert.rejects(open(cosignKey.slice(0, size)), keyInvalid(/./));
});

test("a changed byte of salt, nonce or content is refused", async () => {
	const fields = [
		(file: KeyJson) => (file.kdf.salt = flipped(file.kdf.salt)),
		(file: KeyJson) => (file.cipher.nonce = flipped(file.cipher.nonce)),
		(file: KeyJson) => (file.ciphertext = flipped(file.ciphertext)),
	];
	for (const change of fields) {
		const file = json(cosignKey);
		change(file);
		const text = writePem(LABEL, Buffer.from(JSON.stringify(file)));
		await assert.rejects(open(text), keyInvalid(/the password does not open it/));
	}
});

test("any JSON in place of the key file's is a fault, at no cost", async () => {
	const spent = () => assert.fail("scrypt ran");
	await fc.assert(
		fc.asyncProperty(fc.json(), async (text) => {
			const file = writePem(LABEL, Buffer.from(text));
			await assert.rejects(
				openKeyFile(file, "k", async () => "", spent),
				keyInvalid(/./),
			);
		}),
	);
});

interface KeyJson {
	kdf: { name: string; params: { N: number; r: number; p: number }; salt: string };
	cipher: { name: string; nonce: string };
	ciphertext: string;
}

function open(text: string, password = "wherry"): ReturnType<typeof openKeyFile> {
	return openKeyFile(text, "cosign.key", async () => password, nodeScrypt);
}

function json(text: string): KeyJson {
	return JSON.parse(Buffer.from(readPem(text)!.bytes).toString()) as KeyJson;
}

/** The file with x for what is random in it: its members' order and their lengths are left. */
function shape(text: string): string {
	const file = json(text);
	const hide = (base64: string) => "x".repeat(base64.length);
	file.kdf.salt = hide(file.kdf.salt);
	file.kdf.params.N = 32768;
	file.cipher.nonce = hide(file.cipher.nonce);
	file.ciphertext = hide(file.ciphertext);
	return `${text.split("\n")[0]}${JSON.stringify(file)}${text.split("\n").at(-2)}`;
}

/** A file as others may write it, at a cost that we do not. */
async function sealed(content: Uint8Array, N: number): Promise<string> {
	const salt = Buffer.alloc(32, 1);
	const nonce = Buffer.alloc(24, 2);
	const key = await nodeScrypt(Buffer.from("wherry"), salt, { N, r: 8, p: 1 }, 32);
	const file: KeyJson = {
		kdf: { name: "scrypt", params: { N, r: 8, p: 1 }, salt: salt.toString("base64") },
		cipher: { name: "nacl/secretbox", nonce: nonce.toString("base64") },
		ciphertext: Buffer.from(await sealBox(content, key, nonce)).toString("base64"),
	};
	return writePem(LABEL, Buffer.from(JSON.stringify(file)));
}

function flipped(base64: string): string {
	const bytes = Buffer.from(base64, "base64");
	bytes[bytes.length >> 1]! ^= 1;
	return bytes.toString("base64");
}

function keyInvalid(note: RegExp): (error: unknown) => boolean {
	return (error) => {
		assert.ok(error instanceof Fault, String(error));
		assert.equal(error.code, "KEY_INVALID");
		assert.match([error.message, ...error.notes].join("\n"), note);
		return true;
	};
}
