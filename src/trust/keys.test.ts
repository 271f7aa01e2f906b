import assert from "node:assert/strict";
import {
	createHash,
	generateKeyPairSync,
	type KeyObject,
	sign as nodeSign,
	verify as nodeVerify,
} from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { nodeScrypt } from "../host/node/scrypt.ts";
import { Fault } from "../base/fault.ts";
import { openKeyFile } from "./key-file.ts";
import { generateKey, parsePublicKey, publicKeyPem } from "./keys.ts";
import { readPem, writePem } from "./pem.ts";

const cosignPub = readFileSync(join(import.meta.dirname, "fixtures/cosign.pub"), "utf8");
const message = Buffer.from("what is signed");

test("cosign's public key: its fingerprint is what OpenSSL and cosign compute", async () => {
	const key = await parsePublicKey(cosignPub, "cosign.pub");
	// openssl pkey -pubin -in cosign.pub -outform der | sha256sum
	assert.equal(
		key.fingerprint,
		`sha256:${Buffer.from("ru5EHSoqKxs9vTZucQEOuK/0rN72UquHY/t/fZFCXnc=", "base64").toString("hex")}`,
	);
	assert.equal(publicKeyPem(key), cosignPub);
});

test("a new key signs, and Node's OpenSSL verifies it", async () => {
	const key = await generateKey();
	const signature = await key.sign(message);
	assert.ok(nodeVerify("sha256", message, publicKeyPem(key.publicKey), signature));
	assert.ok(await key.publicKey.verify(signature, message));
});

test("what OpenSSL signs verifies here, and not for other bytes, nor by another key", async () => {
	const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
	const key = await parsePublicKey(publicKey.export({ type: "spki", format: "pem" }), "k.pub");
	const signature = nodeSign("sha256", message, privateKey);
	assert.ok(await key.verify(signature, message));
	assert.equal(await key.verify(signature, Buffer.from("what is signeD")), false);
	assert.equal(await (await generateKey()).publicKey.verify(signature, message), false);
});

const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
for (const type of ["pkcs8", "sec1"] as const)
	test(`a private key in ${type}, not encrypted, is opened without a password`, async () => {
		const text = p256.privateKey.export({ type, format: "pem" });
		const key = await openKeyFile(text, "k.key", noPassword, nodeScrypt);
		assert.equal(publicKeyPem(key.publicKey), p256.publicKey.export({ type: "spki", format: "pem" }));
	});

const others: readonly (readonly [string, RegExp, Pems])[] = [
	["RSA", /another kind, RSA/, pair(generateKeyPairSync("rsa", { modulusLength: 1024 }))],
	["Ed25519", /another kind, Ed25519/, pair(generateKeyPairSync("ed25519"))],
	["P-384", /another kind, ECDSA P-384/, pair(generateKeyPairSync("ec", { namedCurve: "P-384" }))],
	["secp256k1", /ECDSA secp256k1/, pair(generateKeyPairSync("ec", { namedCurve: "secp256k1" }))],
	["X25519", /an unknown algorithm/, pair(generateKeyPairSync("x25519"))],
];
for (const [name, note, { publicPem, privatePem }] of others) {
	test(`a public key of another kind: ${name}`, () =>
		assert.rejects(parsePublicKey(publicPem, "k.pub"), keyInvalid(note)));
	test(`a private key of another kind: ${name}`, () =>
		assert.rejects(openKeyFile(privatePem, "k.key", noPassword, nodeScrypt), keyInvalid(note)));
}

const broken: readonly (readonly [string, string, RegExp])[] = [
	["nothing", "", /no PEM text/],
	["cut off", cosignPub.slice(0, -30), /no PEM text/],
	["a bad letter", cosignPub.replace("MFkw", "MF!w"), /no PEM text/],
	["cut off within", pem(spki().subarray(0, 60)), /no key/],
	["a byte behind the end", pem(Buffer.concat([spki(), Buffer.of(0)])), /no key/],
	["a point that is not on the curve", pem(flipped(spki(), 90)), /numbers are not one's/],
	["a private one", p256.privateKey.export({ type: "pkcs8", format: "pem" }), /private key/],
	["a certificate", writePem("CERTIFICATE", spki()), /no PUBLIC KEY/],
	["more than a key", cosignPub.padStart(100_000), /no PEM text/],
];
for (const [name, text, note] of broken)
	test(`a public key that is none: ${name}`, () =>
		assert.rejects(parsePublicKey(text, "k.pub"), keyInvalid(note)));

test("the public half given for signing says which file it should be", () =>
	assert.rejects(openKeyFile(cosignPub, "me.pub", noPassword, nodeScrypt), (error: Fault) => {
		assert.deepEqual(error.helps, ["--key me.key"]);
		return true;
	}));

test("any bytes in a PEM are a key or a fault", async () => {
	await fc.assert(
		fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
			for (const label of ["PUBLIC KEY", "PRIVATE KEY", "EC PRIVATE KEY"]) {
				const text = writePem(label, bytes);
				await valueOrFault(parsePublicKey(text, "k"));
				await valueOrFault(openKeyFile(text, "k", noPassword, nodeScrypt));
			}
		}),
	);
});

test("a key with any byte changed is another key or a fault", async () => {
	const der = spki();
	const fingerprint = `sha256:${createHash("sha256").update(der).digest("hex")}`;
	for (let at = 0; at < der.length; at++) {
		const key = await valueOrFault(parsePublicKey(pem(flipped(der, at)), "k"));
		if (key !== undefined) assert.notEqual(key.fingerprint, fingerprint);
	}
});

interface Pems {
	readonly publicPem: string;
	readonly privatePem: string;
}

async function noPassword(): Promise<never> {
	throw new Error("no password should be asked for");
}

async function valueOrFault<Value>(promise: Promise<Value>): Promise<Value | undefined> {
	try {
		return await promise;
	} catch (error) {
		assert.ok(error instanceof Fault, String(error));
		return undefined;
	}
}

function keyInvalid(note: RegExp): (error: unknown) => boolean {
	return (error) => {
		assert.ok(error instanceof Fault, String(error));
		assert.equal(error.code, "KEY_INVALID");
		assert.match(error.notes.join("\n"), note);
		return true;
	};
}

function pair(keys: { publicKey: KeyObject; privateKey: KeyObject }): Pems {
	return {
		publicPem: keys.publicKey.export({ type: "spki", format: "pem" }),
		privatePem: keys.privateKey.export({ type: "pkcs8", format: "pem" }),
	};
}

function spki(): Uint8Array {
	return readPem(cosignPub)!.bytes;
}

function pem(der: Uint8Array): string {
	return writePem("PUBLIC KEY", der);
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
	const copy = Uint8Array.from(bytes);
	copy[at]! ^= 1;
	return copy;
}
