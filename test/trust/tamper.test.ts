/**
 * Tampering must never run: each carrier of trust on disk, and each act against it. A row either refuses,
 * with the digests that were expected and found, or runs the untouched program and says why that is right.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { temporaryDirectory } from "../support/temporary.ts";
import { flip, remove, replay, rewrite, swap, truncate } from "./acts.ts";
import { type Machine, prepareMachine, SAYS } from "./machine.ts";
import { type Parts, partsOf } from "./parts.ts";

let template: Machine;
let parts: Parts;
const folder = mkdtempSync(join(tmpdir(), "wherry-test-"));

before(async () => {
	template = await prepareMachine(folder);
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
			(machine) => {
				flip(machine.path(lock), `${parts.team.slice("sha256:".length)}`);
				return ["expected a signature by sha256:", `found    a signature by ${parts.team}`];
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

/** Both carriers are signed: where one is spoilt and can still be left out, the other one counts. */
function signatureRows(): Row[] {
	const row = (carrier: string, act: string, ends: string, tamper: Row["tamper"]): Row => ({
		carrier,
		act,
		tamper,
		run: SIGNED,
		ends,
	});
	const acts = { "one byte": flip, truncated: truncate, deleted: remove };
	const each = Object.entries(acts);
	return [
		...each.flatMap(([act, does]) => [
			row("signature payload and bundle", act, "SIGNATURE_INVALID", (machine, { signatures }) => {
				for (const digest of [signatures.payload, signatures.bundle]) does(machine.blob(digest));
				return [signatures.payload, signatures.bundle, "expected a signature by 'keys/team.pub'"];
			}),
			row(
				"manifest of the .sig tag",
				act,
				act === "deleted" ? "SIGNATURE" : "SIGNATURE",
				(machine, { signatures }) => {
					does(machine.blob(signatures.simple));
					hideBundle(machine, signatures);
				},
			),
			row("manifest of the bundle", act, "", (machine, { signatures }) => {
				does(machine.blob(signatures.referrer));
			}),
		]),
		row(
			"signatures",
			"swapped with somebody else's",
			"SIGNATURE_INVALID",
			(machine, { signatures, foreign }) => {
				swap(machine.blob(signatures.payload), machine.blob(foreign.payload));
				swap(machine.blob(signatures.bundle), machine.blob(foreign.bundle));
				return [`expected ${signatures.payload}`, `found ${foreign.payload}`];
			},
		),
	];
}

function hideBundle(machine: Machine, { referrer }: Parts["signatures"]): void {
	rewrite(machine.stored("index.json"), referrer, `sha256:${"0".repeat(64)}`);
}

function policyRows(): Row[] {
	return [];
}

for (const row of ROWS)
	test(`${row.carrier}, ${row.act}: ${row.ends}`, (context) => {
		const machine = template.copyTo(join(temporaryDirectory(context), "machine"));
		const says = row.tamper(machine, parts) ?? [];
		const { status, stdout, stderr } = machine.wherry("run", ...row.run);
		if (row.ends === "untouched") {
			assert.ok(row.because);
			assert.deepEqual([stdout.toString(), status, stderr], [`${SAYS.newer}\n`, 0, ""]);
			return;
		}
		assert.equal(stdout.toString(), "", "the program ran");
		assert.equal(status, 125, stderr);
		for (const words of [`[${row.ends}]`, ...says])
			assert.ok(stderr.includes(words), `no '${words}' in:\n${stderr}`);
	});

test("nothing was tampered with: all of them run", () => {
	for (const name of ["app", "other", "site", "signed"]) assert.equal(template.wherry("run", name).status, 0);
	assert.equal(readFileSync(template.path("work/wherry.lock"), "utf8").length > 0, true);
});
