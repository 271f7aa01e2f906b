/**
 * Tampering must never run: each carrier of trust on disk, and each act against it. A row either refuses,
 * with the digests that were expected and found, or runs the untouched program and says why that is right.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { temporaryDirectory } from "../support/temporary.ts";
import { flip, remove, replay, rewrite, swap, truncate } from "./acts.ts";
import { type Machine, newKeys, prepareMachine, SAYS } from "./machine.ts";
import { type Parts, partsOf } from "./parts.ts";

let template: Machine;
let parts: Parts;
const folder = mkdtempSync(join(tmpdir(), "wherry-test-"));

before(async () => {
	template = await prepareMachine(folder, await newKeys());
	parts = await partsOf(template);
});
after(() => rmSync(folder, { recursive: true }));

interface Row {
	readonly carrier: string;
	readonly act: string;
	/** Answers what the refusal must name: digests that were expected and found, and other words. */
	readonly tamper: (machine: Machine, parts: Parts) => readonly string[] | void;
	readonly run: readonly string[];
	/** The code of the refusal; "untouched": the program runs as it was. */
	readonly ends: string;
	/** Of "untouched": why the change cannot matter. */
	readonly because?: string;
}

const APP = ["app"];
const SITE = ["site"];
const SIGNED = ["signed"];
const LOCKED = ["--locked", "app"];

const ROWS: readonly Row[] = [
	...blobRows("layer", APP, "app", "layer"),
	...blobRows("manifest", APP, "app", "manifest"),
	...blobRows("config", APP, "app", "config"),
	...blobRows("layer of files", SITE, "site", "layer"),
	...blobRows("manifest of an image with files", SITE, "site", "manifest"),
	...blobRows("config of an image with files", SITE, "site", "config"),
	{
		carrier: "tag",
		act: "moved to another image",
		tamper: (machine, { app, other }) => {
			rewrite(machine.stored("index.json"), app.manifest, other.manifest);
			return [`expected ${app.manifest}`, `found    ${other.manifest}`];
		},
		run: APP,
		ends: "PIN_CHANGED",
	},
	{
		carrier: "tag",
		act: "swapped with another",
		tamper: (machine, { app, other }) => {
			const index = machine.stored("index.json");
			rewrite(index, "library/app:latest", "library/swapped:latest");
			rewrite(index, "library/other:latest", "library/app:latest");
			rewrite(index, "library/swapped:latest", "library/other:latest");
			return [`expected ${app.manifest}`, `found    ${other.manifest}`];
		},
		run: APP,
		ends: "PIN_CHANGED",
	},
	{
		carrier: "tag",
		act: "added behind wherry's back",
		tamper: (machine, { other }) => {
			rewrite(machine.stored("index.json"), "library/other:latest", "library/added:latest");
			return ["expected a digest that was pinned", `found    ${other.manifest}`];
		},
		run: ["added"],
		ends: "UNTRUSTED",
	},
	{
		carrier: "tag",
		act: "taken away",
		tamper: (machine) => rewrite(machine.stored("index.json"), "library/app:latest", "library/gone:latest"),
		run: ["--pull", "never", "app"],
		ends: "IMAGE_NOT_FOUND",
	},
	{
		carrier: "index.json",
		act: "one byte of the digest",
		tamper: (machine, { app }) => {
			flip(machine.stored("index.json"), app.manifest.slice("sha256:".length));
			return [`expected ${app.manifest}`, "found    sha256:"];
		},
		run: APP,
		ends: "PIN_CHANGED",
	},
	{
		carrier: "index.json",
		act: "one byte of a size",
		tamper: (machine, { app }) => {
			const { size_bytes, manifest } = app;
			const wrong = size_bytes + 1;
			rewrite(
				machine.stored("index.json"),
				`${manifest}","size":${size_bytes}`,
				`${manifest}","size":${wrong}`,
			);
			return [`expected ${manifest}`, `found ${manifest}, ${size_bytes} bytes`];
		},
		run: APP,
		ends: "DIGEST_MISMATCH",
	},
	{
		carrier: "index.json",
		act: "replayed from before the last build",
		tamper: (machine, { app, older }) => {
			replay(machine.stored("index.json"), machine.path("older", "index.json"));
			return [`expected ${app.manifest}`, `found    ${older.manifest}`];
		},
		run: APP,
		ends: "PIN_CHANGED",
	},
	{
		carrier: "index.json",
		act: "truncated",
		tamper: (machine) => truncate(machine.stored("index.json")),
		run: APP,
		ends: "STORE_INVALID",
	},
	{
		carrier: "index.json",
		act: "deleted",
		tamper: (machine) => remove(machine.stored("index.json")),
		run: ["--pull", "never", "app"],
		ends: "IMAGE_NOT_FOUND",
	},
	...(["flip", "truncate", "delete"] as const).map((act): Row => ({
		carrier: "oci-layout",
		act,
		tamper: (machine) => ({ flip, truncate, delete: remove })[act](machine.stored("oci-layout")),
		run: APP,
		ends: "untouched",
		because: "it only says which version of the layout this is; every byte that runs is named by a digest",
	})),
	{
		carrier: "pins",
		act: "one byte of the digest",
		tamper: (machine, { app }) => {
			flip(machine.path("data/wherry/pins.json"), app.manifest.slice("sha256:".length));
			return ["expected sha256:", `found    ${app.manifest}`];
		},
		run: APP,
		ends: "PIN_CHANGED",
	},
	{
		carrier: "pins",
		act: "one byte of the name",
		tamper: (machine, { app }) => {
			flip(machine.path("data/wherry/pins.json"), "app:latest");
			return [`found    ${app.manifest}`];
		},
		run: APP,
		ends: "UNTRUSTED",
	},
	{
		carrier: "pins",
		act: "one byte of the date",
		tamper: (machine) => flip(machine.path("data/wherry/pins.json"), ":00.000Z".slice(-1)),
		run: APP,
		ends: "STORE_INVALID",
	},
	{
		carrier: "pins",
		act: "two swapped",
		tamper: (machine, { app, other }) => {
			const pins = machine.path("data/wherry/pins.json");
			rewrite(pins, app.manifest, "swapped");
			rewrite(pins, other.manifest, app.manifest);
			rewrite(pins, "swapped", other.manifest);
			return [`expected ${other.manifest}`, `found    ${app.manifest}`];
		},
		run: APP,
		ends: "PIN_CHANGED",
	},
	{
		carrier: "pins",
		act: "replayed from before the last build",
		tamper: (machine, { app, older }) => {
			replay(machine.path("data/wherry/pins.json"), machine.path("older", "pins.json"));
			return [`expected ${older.manifest}`, `found    ${app.manifest}`];
		},
		run: APP,
		ends: "PIN_CHANGED",
	},
	{
		carrier: "pins",
		act: "truncated",
		tamper: (machine) => truncate(machine.path("data/wherry/pins.json")),
		run: APP,
		ends: "STORE_INVALID",
	},
	{
		carrier: "pins",
		act: "deleted",
		tamper: (machine, { app }) => {
			remove(machine.path("data/wherry/pins.json"));
			return ["expected a digest that was pinned", `found    ${app.manifest}`];
		},
		run: APP,
		ends: "UNTRUSTED",
	},
	{
		carrier: "pins and index.json",
		act: "replayed together, under the lock",
		tamper: (machine, { app, older }) => {
			replay(machine.stored("index.json"), machine.path("older", "index.json"));
			replay(machine.path("data/wherry/pins.json"), machine.path("older", "pins.json"));
			return [`expected ${app.manifest}`, `found    ${older.manifest}`];
		},
		run: LOCKED,
		ends: "LOCK_DRIFT",
	},
	...lockRows(),
	...signatureRows(),
	...policyRows(),
];

/** One blob: its bytes, its length, other bytes in its place, none. */
function blobRows(
	carrier: string,
	run: readonly string[],
	image: "app" | "site",
	part: "layer" | "manifest" | "config",
): Row[] {
	const row = (
		act: string,
		tamper: (file: string, machine: Machine, parts: Parts) => readonly string[],
	): Row => ({
		carrier,
		act,
		tamper: (machine, all) => [
			`expected ${all[image][part]}`,
			...tamper(machine.blob(all[image][part]), machine, all),
		],
		run,
		ends: "DIGEST_MISMATCH",
	});
	return [
		row("one byte", (file) => {
			flip(file);
			return ["found sha256:"];
		}),
		row("truncated", (file) => {
			truncate(file);
			return ["found sha256:"];
		}),
		row("swapped with another's", (file, machine, { other }) => {
			swap(file, machine.blob(other[part]));
			return [`found ${other[part]}`];
		}),
		row("replayed from before the last build", (file, machine, { older }) => {
			replay(file, machine.blob(older[part]));
			return [`found ${older[part]}`];
		}),
		{
			...row("deleted", () => []),
			tamper: (machine, all) => {
				remove(machine.blob(all[image][part]));
				return [all[image][part]];
			},
			ends: "IMAGE_NOT_FOUND",
		},
	];
}

function lockRows(): Row[] {
	const lock = "work/wherry.lock";
	const row = (act: string, tamper: Row["tamper"], ends = "LOCK_DRIFT", run = LOCKED): Row => ({
		carrier: "lock",
		act,
		tamper,
		run,
		ends,
	});
	return [
		row("one byte of the digest", (machine, { app }) => {
			flip(machine.path(lock), app.manifest.slice("sha256:".length));
			return ["expected sha256:", `found    ${app.manifest}`];
		}),
		row("one byte of a layer's digest", (machine, { app }) => {
			flip(machine.path(lock), app.layer.slice("sha256:".length));
			return ["expected the layers sha256:", `found    the layers ${app.layer}`];
		}),
		row("one byte of the name", (machine, { app }) => {
			flip(machine.path(lock), "app:latest");
			return ["is not in the lock", `found    ${app.manifest}`];
		}),
		row(
			"one byte of the key",
			(machine, { team }) => {
				flip(machine.path(lock), team.slice("sha256:".length));
				return ["expected a signature by sha256:", `found    a signature by ${team}`];
			},
			"LOCK_DRIFT",
			["--locked", "signed"],
		),
		{
			...row("one byte of an import", (machine) => flip(machine.path(lock), "wasi_snapshot"), "untouched"),
			because: "imports are there to be read in a difference; the digest says which bytes have them",
		},
		row("two swapped", (machine, { app, signed }) => {
			const file = machine.path(lock);
			rewrite(file, "library/app:latest", "library/swapped:latest");
			rewrite(file, "library/signed:latest", "library/app:latest");
			rewrite(file, "library/swapped:latest", "library/signed:latest");
			return [`expected ${signed.manifest}`, `found    ${app.manifest}`];
		}),
		row("replayed from before the last build", (machine, { app, older }) => {
			replay(machine.path(lock), machine.path("older", "wherry.lock"));
			return [`expected ${older.manifest}`, `found    ${app.manifest}`];
		}),
		row("truncated", (machine) => truncate(machine.path(lock))),
		row("deleted", (machine) => remove(machine.path(lock))),
		row("holds an older image back", (machine, { app, older }) => {
			machine.must("build", "-t", "app", "app.wasm");
			return [`expected ${app.manifest}`, `found    ${older.manifest}`];
		}),
	];
}

/** Both of cosign's carriers are there: where one of them is spoilt and can be left out, the other counts. */
function signatureRows(): Row[] {
	const row = (carrier: string, act: string, ends: string, tamper: Row["tamper"], because?: string): Row => ({
		carrier,
		act,
		tamper,
		run: SIGNED,
		ends,
		...(because === undefined ? {} : { because }),
	});
	const acts = Object.entries({ "one byte": flip, truncated: truncate, deleted: remove });
	return [
		...acts.flatMap(([act, does]) => [
			row("signature payload and bundle", act, "SIGNATURE_INVALID", (machine, { signatures }) => {
				for (const digest of [signatures.payload, signatures.bundle]) does(machine.blob(digest));
				return [signatures.payload, signatures.bundle, "expected a signature by 'keys/team.pub'"];
			}),
			row(
				"signature payload alone",
				act,
				"untouched",
				(machine, { signatures }) => does(machine.blob(signatures.payload)),
				"the bundle beside it is the same key's signature over the same digest",
			),
			row(
				"manifest of the .sig tag, the only carrier",
				act,
				"SIGNATURE_INVALID",
				(machine, { signatures }) => {
					dropEntry(machine, signatures.referrer);
					does(machine.blob(signatures.simple));
					return [signatures.simple, "expected a signature by 'keys/team.pub'"];
				},
			),
			row(
				"manifest of the bundle",
				act,
				act === "deleted" ? "IMAGE_NOT_FOUND" : "DIGEST_MISMATCH",
				(machine, { signatures }) => {
					does(machine.blob(signatures.referrer));
					return [signatures.referrer];
				},
			),
		]),
		row("signatures", "taken away", "SIGNATURE_MISSING", (machine, { signatures, signed }) => {
			dropEntry(machine, signatures.referrer);
			dropEntry(machine, signatures.simple);
			return ["expected a signature by 'keys/team.pub'; found none", signed.manifest];
		}),
		row(
			"signatures",
			"swapped with somebody else's",
			"SIGNATURE_INVALID",
			(machine, { signatures, foreign }) => {
				swap(machine.blob(signatures.payload), machine.blob(foreign.payload));
				swap(machine.blob(signatures.bundle), machine.blob(foreign.bundle));
				return [signatures.payload, signatures.bundle];
			},
		),
		row("signature", "replayed from another image", "SIGNATURE_INVALID", (machine, all) => {
			const { signatures, appSignatures, app, signed } = all;
			dropEntry(machine, signatures.referrer);
			pointTo(machine, signatures.simple, appSignatures.simple);
			return [signed.manifest, app.manifest];
		}),
	];
}

interface IndexEntry {
	digest: string;
	size: number;
}

function changeEntries(machine: Machine, change: (entries: IndexEntry[]) => IndexEntry[]): void {
	const file = machine.stored("index.json");
	const index = JSON.parse(readFileSync(file, "utf8")) as { manifests: IndexEntry[] };
	writeFileSync(file, JSON.stringify({ ...index, manifests: change(index.manifests) }));
}

function dropEntry(machine: Machine, digest: string): void {
	changeEntries(machine, (entries) => entries.filter((entry) => entry.digest !== digest));
}

/** Lets what named one manifest name another. */
function pointTo(machine: Machine, from: string, to: string): void {
	const { size } = statSync(machine.blob(to));
	changeEntries(machine, (entries) =>
		entries.map((entry) => (entry.digest === from ? Object.assign(entry, { digest: to, size }) : entry)),
	);
}

/** The root of trust is the person's own: what of it can be told from their own change. */
function policyRows(): Row[] {
	const policy = "config/wherry/trust.toml";
	const key = "config/wherry/keys/team.pub";
	const row = (carrier: string, act: string, ends: string, tamper: Row["tamper"]): Row => ({
		carrier,
		act,
		tamper,
		run: SIGNED,
		ends,
	});
	return [
		row("policy", "one byte of a key's name", "TRUST_POLICY_INVALID", (machine) =>
			flip(machine.path(policy), "keys/"),
		),
		row("policy", "one byte of what is demanded", "TRUST_POLICY_INVALID", (machine) =>
			flip(machine.path(policy), "keys ="),
		),
		row("policy", "truncated", "TRUST_POLICY_INVALID", (machine) => truncate(machine.path(policy))),
		{
			...row("policy", "deleted", "untouched", (machine) => remove(machine.path(policy))),
			because: "what holds without a policy is the pin of what was built here, and that still decides",
		},
		row("key", "one byte", "KEY_INVALID", (machine) => flip(machine.path(key))),
		row("key", "truncated", "KEY_INVALID", (machine) => truncate(machine.path(key))),
		row("key", "deleted", "TRUST_POLICY_INVALID", (machine) => remove(machine.path(key))),
		row("key", "swapped with somebody else's", "SIGNATURE_INVALID", (machine, { signed }) => {
			swap(machine.path(key), machine.path("work", "somebody.pub"));
			return [signed.manifest, "it was made with another key"];
		}),
	];
}

for (const row of ROWS)
	test(`${row.carrier}, ${row.act}: ${row.ends}`, (context) => {
		const machine = template.copyTo(join(temporaryDirectory(context), "machine"));
		const named = row.tamper(machine, parts) ?? [];
		const { status, stdout, stderr } = machine.wherry("run", ...row.run);
		if (row.ends === "untouched") {
			assert.ok(row.because);
			const says = row.run === SIGNED ? SAYS.app : SAYS.newer;
			assert.deepEqual([stdout.toString(), status, stderr], [`${says}\n`, 0, ""]);
			return;
		}
		assert.equal(stdout.toString(), "", "the program ran");
		assert.equal(status, 125, stderr);
		for (const words of [`[${row.ends}]`, ...named])
			assert.ok(stderr.includes(words), `no '${words}' in:\n${stderr}`);
	});

test("nothing was tampered with: all of them run", () => {
	for (const [name, says] of Object.entries({
		app: "newer",
		other: "other",
		site: "other",
		signed: "hello",
	})) {
		const { status, stdout } = template.wherry("run", name);
		assert.deepEqual([name, stdout.toString(), status], [name, `${says}\n`, 0]);
	}
});
