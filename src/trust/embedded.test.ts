import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject, sign as nodeSign, createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { ROOT } from "../../test/support/wherry.ts";
import { Fault } from "../base/fault.ts";
import { embedSignature, type EmbeddedVerdict, verifyEmbedded } from "./embedded.ts";
import { generateEmbeddedKey, readEmbeddedKey, readEmbeddedSigningKey } from "./embedded-keys.ts";

const hello = readFileSync(join(ROOT, "guests/wat/hello.wasm"));
const key = await generateEmbeddedKey();
const signed = await embedSignature(hello, key);

test("a signed module verifies, is 119 bytes longer, and still a module", async () => {
	assert.deepEqual(await verifyEmbedded(signed, key.publicKey), { outcome: "valid" });
	assert.equal(signed.length, hello.length + 119);
	assert.ok(WebAssembly.validate(signed));
});

test("a module without a signature is unsigned, also when one stands behind other sections", async () => {
	assert.deepEqual(await verifyEmbedded(hello, key.publicKey), { outcome: "unsigned" });
	const section = signed.subarray(8, 8 + 119);
	const behind = Buffer.concat([hello, section]);
	assert.deepEqual(await verifyEmbedded(behind, key.publicKey), { outcome: "unsigned" });
});

test("another key's signature is refused, and replaced when signed again", async () => {
	const other = await generateEmbeddedKey();
	assert.match(why(await verifyEmbedded(signed, other.publicKey)), /another key/);
	const again = await embedSignature(signed, other);
	assert.equal(again.length, signed.length);
	assert.deepEqual(await verifyEmbedded(again, other.publicKey), { outcome: "valid" });
});

test("a module with any bit changed is not valid, the header's too", async () => {
	for (let at = 0; at < signed.length; at++)
		for (const bit of [1, 0x80]) {
			const changed = Uint8Array.from(signed);
			changed[at]! ^= bit;
			const { outcome } = await verifyEmbedded(changed, key.publicKey);
			assert.notEqual(outcome, "valid", `byte ${at} of ${signed.length}`);
		}
});

test("a module cut off anywhere, or with bytes behind it, is not valid", async () => {
	for (let size = 0; size < signed.length; size++)
		assert.notEqual((await verifyEmbedded(signed.subarray(0, size), key.publicKey)).outcome, "valid");
	const longer = Buffer.concat([signed, Buffer.of(0, 1, 0)]);
	assert.match(why(await verifyEmbedded(longer, key.publicKey)), /changed since/);
});

test("a module that says it is a component is refused: the signature does not cover its header", async () => {
	const changed = Uint8Array.from(signed);
	changed.set([0x0d, 0, 1, 0], 4);
	assert.match(why(await verifyEmbedded(changed, key.publicKey)), /say that it is a component/);
});

test("a component is signed and verifies; one that says it is a module is refused", async () => {
	// one section of id 1, a core module inside
	const component = Buffer.concat([
		Buffer.from([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0, 1, (hello.length & 0x7f) | 0x80, hello.length >> 7]),
		hello,
	]);
	const both = await embedSignature(component, key);
	assert.deepEqual(await verifyEmbedded(both, key.publicKey), { outcome: "valid" });
	both.set([1, 0, 0, 0], 4);
	assert.match(why(await verifyEmbedded(both, key.publicKey)), /say that it is a module/);
});

// wasmsign2's layout, put together from its source by node:crypto: another signer than ours
const foreign = generateKeyPairSync("ed25519");
const foreignKey = await readEmbeddedKey(pem(foreign.publicKey), "foreign.pub");
const layouts: readonly (readonly [string, Parameters<typeof foreignSigned>[0], RegExp | "valid"])[] = [
	["as wasmsign2 signs", {}, "valid"],
	["with a key id", { keyId: Buffer.alloc(12, 7) }, "valid"],
	["with the hash of a part before the whole's", { before: [Buffer.alloc(32, 9)] }, "valid"],
	["with a signature of another algorithm beside it", { beside: [0, 9, 2, 1, 2] }, "valid"],
	["of another version", { form: [2, 1, 1] }, /unknown form/],
	["of another content", { form: [1, 2, 1] }, /unknown form/],
	["of another hash", { form: [1, 1, 2] }, /unknown form/],
	["over a part only", { only: Buffer.alloc(32, 9) }, /changed since/],
	[
		"with a hundred hashes",
		{ before: Array.from({ length: 100 }, () => Buffer.alloc(32)) },
		/over the limit/,
	],
	["with no signature", { signatures: 0 }, /another key/],
];
for (const [name, layout, expected] of layouts)
	test(`a module signed by others, ${name}`, async () => {
		const verdict = await verifyEmbedded(foreignSigned(layout), foreignKey);
		if (expected === "valid") assert.deepEqual(verdict, { outcome: "valid" });
		else assert.match(why(verdict), expected);
	});

test("a good signature over another module does not speak for the hash beside it", async () => {
	const elsewhere = Buffer.alloc(32, 9);
	const sets = [setOf([wholeHash()], Buffer.alloc(64)), setOf([elsewhere], foreignSignature([elsewhere]))];
	const contents = [
		...Buffer.from("\x09signature"),
		1,
		1,
		1,
		2,
		...Buffer.concat(sets.map((set) => Buffer.from([...leb(set.length), ...set]))),
	];
	const bytes = withSection(contents);
	assert.match(why(await verifyEmbedded(bytes, foreignKey)), /another key/);
});

test("any bytes in the signature's section are a verdict", async () => {
	await fc.assert(
		fc.asyncProperty(fc.uint8Array({ maxLength: 110 }), fc.boolean(), async (noise, formed) => {
			const contents = [...Buffer.from("\x09signature"), ...(formed ? [1, 1, 1] : []), ...noise];
			const bytes = Uint8Array.from([
				...hello.subarray(0, 8),
				0,
				contents.length,
				...contents,
				...hello.subarray(8),
			]);
			assert.equal((await verifyEmbedded(bytes, key.publicKey)).outcome, "refused");
		}),
	);
});

test("keys are read as they were written: wasmsign2's files", async () => {
	assert.equal(
		(await readEmbeddedSigningKey(key.file, "k")).publicKey.fingerprint,
		key.publicKey.fingerprint,
	);
	assert.equal((await readEmbeddedKey(key.publicKey.file, "k")).fingerprint, key.publicKey.fingerprint);
	assert.deepEqual([key.file.length, key.file[0]], [65, 0x81]);
	assert.deepEqual([key.publicKey.file.length, key.publicKey.file[0]], [33, 0x01]);
});

const raw = Buffer.from(key.publicKey.file);
const texts: readonly (readonly [string, string])[] = [
	["hexadecimal digits", raw.subarray(1).toString("hex")],
	["hexadecimal digits with the mark", `${raw.toString("hex")}\n`],
	["base64", raw.subarray(1).toString("base64")],
	["base64 with the mark", raw.toString("base64")],
];
for (const [name, text] of texts)
	test(`a public key as ${name}`, async () => {
		assert.equal((await readEmbeddedKey(Buffer.from(text), "k")).fingerprint, key.publicKey.fingerprint);
	});

test("a private key in PEM, as OpenSSL writes it, signs", async () => {
	const pkcs8 = foreign.privateKey.export({ type: "pkcs8", format: "pem" });
	const again = await readEmbeddedSigningKey(Buffer.from(pkcs8), "foreign.key");
	assert.deepEqual(await verifyEmbedded(await embedSignature(hello, again), foreignKey), {
		outcome: "valid",
	});
});

const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
const noKeys: readonly (readonly [string, Uint8Array, RegExp])[] = [
	["nothing", Buffer.of(), /no Ed25519/],
	["a byte short", raw.subarray(0, 32), /no Ed25519/],
	["the mark of a private key", Buffer.concat([Buffer.of(0x81), raw.subarray(1)]), /no Ed25519/],
	["an ECDSA key", pem(p256.publicKey), /it is ECDSA P-256; modules are signed with Ed25519/],
];
for (const [name, content, note] of noKeys)
	test(`no public key: ${name}`, () => assert.rejects(readEmbeddedKey(content, "k"), keyInvalid(note)));

test("a private key whose halves do not belong together is refused", () => {
	const changed = Uint8Array.from(key.file);
	changed[40]! ^= 1;
	return assert.rejects(readEmbeddedSigningKey(changed, "k"), keyInvalid(/public half/));
});

test("any bytes as a key are a key or a fault", async () => {
	await fc.assert(
		fc.asyncProperty(fc.uint8Array({ maxLength: 70 }), async (bytes) => {
			for (const read of [readEmbeddedKey, readEmbeddedSigningKey])
				await read(bytes, "k").catch((error: unknown) => assert.ok(error instanceof Fault, String(error)));
		}),
	);
});

interface Layout {
	readonly form?: readonly number[];
	readonly keyId?: Buffer;
	readonly before?: readonly Buffer[];
	readonly only?: Buffer;
	readonly beside?: readonly number[];
	readonly signatures?: number;
}

function foreignSigned({
	form = [1, 1, 1],
	keyId = Buffer.of(),
	before = [],
	only,
	beside,
	signatures,
}: Layout): Uint8Array {
	const hashes = [...before, only ?? wholeHash()];
	const one = signatures === 0 ? [] : [signatureOf(foreignSignature(hashes), keyId)];
	const set = setWith(hashes, [...(beside === undefined ? [] : [beside]), ...one]);
	return withSection([...Buffer.from("\x09signature"), ...form, 1, ...leb(set.length), ...set]);
}

function wholeHash(): Buffer {
	return createHash("sha256").update(hello.subarray(8)).digest();
}

function foreignSignature(hashes: readonly Buffer[]): Buffer {
	const message = Buffer.concat([Buffer.from("wasmsig"), Buffer.from([1, 1, 1]), ...hashes]);
	return nodeSign(null, message, foreign.privateKey);
}

function setOf(hashes: readonly Buffer[], signature: Buffer): number[] {
	return setWith(hashes, [signatureOf(signature, Buffer.of())]);
}

function setWith(hashes: readonly Buffer[], signatures: readonly (readonly number[])[]): number[] {
	const list = signatures.flatMap((bytes) => [...leb(bytes.length), ...bytes]);
	return [...leb(hashes.length), ...Buffer.concat(hashes), signatures.length, ...list];
}

function signatureOf(signature: Buffer, keyId: Buffer): number[] {
	return [keyId.length, ...keyId, 1, signature.length, ...signature];
}

/** Our hello with a custom section of these contents in front. */
function withSection(contents: readonly number[]): Uint8Array {
	const section = Buffer.from([0, ...leb(contents.length), ...contents]);
	return Buffer.concat([hello.subarray(0, 8), section, hello.subarray(8)]);
}

function leb(value: number): number[] {
	return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, value >> 7];
}

function pem(publicKey: KeyObject): Buffer {
	return Buffer.from(publicKey.export({ type: "spki", format: "pem" }));
}

function why(verdict: EmbeddedVerdict): string {
	assert.ok(verdict.outcome === "refused", verdict.outcome);
	return verdict.why;
}

function keyInvalid(note: RegExp): (error: unknown) => boolean {
	return (error) => {
		assert.ok(error instanceof Fault && error.code === "KEY_INVALID", String(error));
		assert.match(error.notes.join("\n"), note);
		return true;
	};
}
