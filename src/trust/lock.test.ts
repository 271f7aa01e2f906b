import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { faultText } from "../../test/support/fault.ts";
import { Fault } from "../base/fault.ts";
import type { Digest } from "../oci/digest.ts";
import type { Candidate } from "./admission.ts";
import { type Lock, type LockedImage, parseLock, printLock } from "./lock.ts";
import { demandLocked, demandPolicy } from "./locked-to.ts";

const ONE = `sha256:${"1".repeat(64)}` as Digest;
const TWO = `sha256:${"2".repeat(64)}` as Digest;
const LOCKED: LockedImage = {
	manifest: ONE,
	layers: [TWO],
	keys: ["sha256:key"],
	imports: ["wasi_snapshot_preview1.fd_write"],
	policy: TWO,
};
const NAME = "docker.io/library/hello:latest";

const bytesOf = (text: string) => new TextEncoder().encode(text);

test("a lock that is printed is read back the same, whatever the names", () => {
	const names = fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor", NAME));
	fc.assert(
		fc.property(fc.uniqueArray(names, { maxLength: 5 }), (list) => {
			const images = new Map(list.toSorted().map((name) => [name, LOCKED]));
			assert.deepEqual(parseLock(bytesOf(printLock(images)), "l").images, images);
		}),
	);
});

test("a lock that was written before policies were locked is read", () => {
	const { policy: _policy, ...old } = LOCKED;
	const text = JSON.stringify({ version: 1, images: { [NAME]: old } });
	assert.deepEqual(parseLock(bytesOf(text), "l").images.get(NAME), old);
});

for (const [name, policies, beyond, refused] of [
	["the locked one", [TWO], [], undefined],
	["none", [], [], /not run with the policy that was locked/],
	["another", [ONE], [], /not run with the policy that was locked/],
	["one more", [TWO, ONE], [], /not run with the policy that was locked/],
	["a flag beside it", [TWO], ["-v ./a:/a"], /granted more than the policy[^]*beyond it: -v \.\/a:\/a/],
] as const)
	test(`a locked policy and ${name}`, () => {
		const lock = { file: "l", images: new Map([[NAME, LOCKED]]) };
		const ask = () => demandPolicy(lock, { reference: NAME, shown: "hello", digest: ONE }, policies, beyond);
		if (refused !== undefined) assert.match(faultText(ask), refused);
		else ask();
	});

test("any bytes are a lock or a Fault", () => {
	const text = printLock(new Map([[NAME, LOCKED]]));
	const mutated = fc
		.tuple(fc.nat(text.length - 1), fc.string())
		.map(([at, more]) => text.slice(0, at) + more + text.slice(at + 1));
	fc.assert(
		fc.property(fc.oneof(fc.uint8Array(), mutated.map(bytesOf), fc.json().map(bytesOf)), (bytes) => {
			try {
				parseLock(bytes, "l");
			} catch (error) {
				assert.ok(error instanceof Fault && error.code === "LOCK_DRIFT");
			}
		}),
	);
});

for (const [name, text, says] of [
	["no JSON", "{", "it is no JSON"],
	["a version of the future", `{"version":2,"images":{}}`, "'version' is another than 1"],
	["an unknown key", `{"version":1,"images":{},"image":{}}`, "'image' is not known"],
	["two equal names", `{"version":1,"images":{"a":{},"a":{}}}`, "'a' stands twice"],
	["no digest", JSON.stringify({ version: 1, images: { a: { ...LOCKED, manifest: "x" } } }), "no digest"],
	[
		"a layer that is none",
		JSON.stringify({ version: 1, images: { a: { ...LOCKED, layers: ["x"] } } }),
		"no digest",
	],
	[
		"keys that are null",
		JSON.stringify({ version: 1, images: { a: { ...LOCKED, keys: null } } }),
		"'images.a.keys' is not known",
	],
] as const)
	test(`a lock is refused: ${name}`, () => {
		const told = faultText(() => parseLock(bytesOf(text), "wherry.lock"));
		assert.match(told, /^error: cannot read the lock 'wherry\.lock' \[LOCK_DRIFT\]/);
		assert.ok(told.includes(says), told);
	});

const LOCK: Lock = { file: "/work/wherry.lock", images: new Map([[NAME, LOCKED]]) };
const CANDIDATE: Candidate = { reference: NAME, shown: "hello", digest: ONE, moment: "run" };

for (const [name, candidate, keys] of [
	["the locked digest", CANDIDATE, undefined],
	["the locked layers and keys", { ...CANDIDATE, layers: [TWO] }, ["sha256:key"]],
	["the locked digest, named", { ...CANDIDATE, reference: `docker.io/library/hello@${ONE}` }, undefined],
] as const)
	test(`the lock lets in ${name}`, () => demandLocked(LOCK, candidate, keys));

for (const [name, candidate, keys, says] of [
	["another digest", { ...CANDIDATE, digest: TWO }, undefined, [`expected ${ONE}`, `found    ${TWO}`]],
	[
		"other layers",
		{ ...CANDIDATE, layers: [ONE] },
		undefined,
		[`expected the layers ${TWO}`, `found    the layers ${ONE}`],
	],
	[
		"another key",
		CANDIDATE,
		["sha256:other"],
		["expected a signature by sha256:key", "found    a signature by sha256:other"],
	],
	["no key", CANDIDATE, [], ["found    no demanded signature"]],
	[
		"another name",
		{ ...CANDIDATE, reference: "docker.io/library/other:1" },
		undefined,
		["is not in the lock", `found    ${ONE}`],
	],
	[
		"another digest, named",
		{ ...CANDIDATE, reference: `docker.io/library/hello@${TWO}`, digest: TWO },
		undefined,
		["is not in the lock"],
	],
	[
		"the digest under another repository",
		{ ...CANDIDATE, reference: `docker.io/library/b@${ONE}` },
		undefined,
		["is not in the lock"],
	],
	["no name", { ...CANDIDATE, reference: undefined }, undefined, ["is not in the lock"]],
] as const)
	test(`the lock refuses ${name}`, () => {
		const told = faultText(() => demandLocked(LOCK, candidate, keys));
		assert.match(told, /\[LOCK_DRIFT\]/);
		for (const words of [...says, "wherry lock hello"]) assert.ok(told.includes(words), told);
	});
