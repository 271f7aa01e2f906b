/**
 * Tampering must never run, in registries: what lies in the storage of our own and of Debian's is
 * changed, and a pull has to refuse it, keep nothing, and leave what was there before as it was.
 */
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test, type TestContext } from "node:test";
import { missingDockerRegistry, startDockerRegistry } from "../registry/docker-registry.ts";
import { startRegistry } from "../support/registry.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { flip, remove, replay, swap, truncate } from "./acts.ts";
import { Machine, newKeys, prepareMachine } from "./machine.ts";
import { type Parts, partsOf, signatureParts, type SignatureParts } from "./parts.ts";

const folder = mkdtempSync(join(tmpdir(), "wherry-test-"));
let pusher: Machine;
let parts: Parts;

before(async () => {
	pusher = await prepareMachine(join(folder, "pusher"), await newKeys());
	parts = await partsOf(pusher);
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** A registry and where it keeps things. */
interface Kind {
	readonly name: string;
	readonly missing: string | false;
	readonly start: (context: Pick<TestContext, "after">, storage: string) => Promise<string>;
	readonly blob: (storage: string, digest: string) => string;
}

const KINDS: readonly Kind[] = [
	{
		name: "our own registry",
		missing: false,
		async start(context, storage) {
			const registry = await startRegistry(["--storage", storage]);
			context.after(async () => registry.end("SIGTERM"));
			return registry.host;
		},
		blob: (storage, digest) => join(storage, "blobs", digest.replace(":", "/")),
	},
	{
		name: "docker-registry",
		missing: missingDockerRegistry,
		start: async (context, storage) => startDockerRegistry(context, { folder: storage }),
		blob: (storage, digest) => {
			const hex = digest.slice("sha256:".length);
			return join(storage, "data/docker/registry/v2/blobs/sha256", hex.slice(0, 2), hex, "data");
		},
	},
];

const ACTS = {
	"one byte": (file: string) => flip(file),
	truncated: truncate,
	deleted: remove,
	"replayed from before the last build": (file: string, older: string) => replay(file, older),
	"swapped with another's": swap,
} as const;

for (const kind of KINDS)
	suite(`in ${kind.name}`, { skip: kind.missing }, () => {
		const storage = join(folder, kind.name);
		const closing: (() => unknown)[] = [];
		let host = "";
		let signatures: SignatureParts;
		const name = (image: string) => `${host}/team/${image}:1`;
		const blob = (digest: string) => kind.blob(storage, digest);

		before(async () => {
			mkdirSync(storage);
			host = await kind.start({ after: (end) => void closing.push(end as () => unknown) }, storage);
			for (const image of ["app", "other", "site", "signed"]) push(pusher, image, name(image));
			signatures = await signatureParts(pusher, `${host}/team/signed`, "1");
			push(pusher, `app@${parts.older.manifest}`, `${host}/team/app:older`);
		});
		after(async () => {
			for (const close of closing) await close();
		});

		for (const [act, does] of Object.entries(ACTS))
			for (const part of ["manifest", "config", "layer"] as const)
				test(`${part}, ${act}: no pull keeps it`, (context) => {
					const client = newClient(context);
					const file = blob(parts.app[part]);
					const other = blob((act.startsWith("swapped") ? parts.other : parts.older)[part]);
					restoring([file, other], () => {
						does(file, other);
						const told = refused(client, name("app"));
						// a registry that notices by itself says that it has no such content
						const isNoticed = act !== "one byte" && /IMAGE_NOT_FOUND|REGISTRY_ERROR/.test(told);
						for (const word of isNoticed ? [] : ["DIGEST_MISMATCH", parts.app[part]])
							assert.ok(told.includes(word), told);
						if (told.includes("DIGEST_MISMATCH"))
							assert.equal(new Set(told.match(/sha256:[0-9a-f]{64}/g)).size, 2, told);
					});
					assert.equal(client.must("run", name("app")), "newer\n");
				});

		test("a tag that was moved: the pull is refused, and what was pulled before still runs", (context) => {
			const client = newClient(context);
			client.must("pull", name("app"));
			push(pusher, "other", name("app"));
			try {
				const told = refused(client, name("app"));
				for (const words of [
					"[PIN_CHANGED]",
					`expected ${parts.app.manifest}`,
					`found    ${parts.other.manifest}`,
				])
					assert.ok(told.includes(words), told);
				assert.equal(client.must("run", name("app")), "newer\n");
				client.must("trust", "accept", "-y", name("app"));
				client.must("pull", name("app"));
				assert.equal(client.must("run", name("app")), "other\n");
			} finally {
				push(pusher, "app", name("app"));
			}
		});

		test("an older image under the tag: the lock refuses it, and names both digests", (context) => {
			const client = newClient(context);
			client.must("pull", name("app"));
			client.must("lock", name("app"));
			push(pusher, `app@${parts.older.manifest}`, name("app"));
			try {
				const elsewhere = newClient(context);
				cpSync(client.path("work/wherry.lock"), elsewhere.path("work/wherry.lock"));
				const told = refused(elsewhere, "--locked", name("app"));
				for (const words of [
					"[LOCK_DRIFT]",
					`expected ${parts.app.manifest}`,
					`found    ${parts.older.manifest}`,
				])
					assert.ok(told.includes(words), told);
			} finally {
				push(pusher, "app", name("app"));
			}
		});

		for (const [act, does] of Object.entries(ACTS).slice(0, 3))
			test(`signature payload and bundle, ${act}: no pull keeps what has to be signed`, (context) => {
				const client = newClient(context);
				const files = [blob(signatures.payload), blob(signatures.bundle)];
				restoring(files, () => {
					for (const file of files) does(file, "");
					const told = refused(client, name("signed"));
					for (const words of [
						"[SIGNATURE_INVALID]",
						"expected a signature by 'keys/team.pub'",
						parts.signed.manifest,
					])
						assert.ok(told.includes(words), told);
				});
				assert.equal(client.must("run", name("signed")), "hello\n");
			});

		test("somebody else's signatures: no pull keeps what has to be signed by the team", (context) => {
			const client = newClient(context);
			client.must("trust", "rule", `${host}/team/signed`, "--key", pusher.path("work/somebody.pub"));
			const told = refused(client, name("signed"));
			for (const words of ["[SIGNATURE_INVALID]", "it was made with another key", parts.signed.manifest])
				assert.ok(told.includes(words), told);
		});

		test("no signatures: no pull keeps what has to be signed", (context) => {
			const client = newClient(context);
			client.must("trust", "rule", `${host}/team/site`, "--key", pusher.path("work/team.pub"));
			assert.match(refused(client, name("site")), /\[SIGNATURE_MISSING\]/);
		});

		/** Somebody who has never pulled, and demands the team's signature of `signed`. */
		function newClient(context: TestContext): Machine {
			const client = new Machine(temporaryDirectory(context));
			for (const one of ["work", "config"]) mkdirSync(client.path(one));
			client.must("trust", "rule", `${host}/team/signed`, "--key", pusher.path("work/team.pub"));
			return client;
		}
	});

test(
	"docker-registry, the file of a tag, one byte: no pull keeps what it names",
	{ skip: missingDockerRegistry },
	async (context) => {
		const storage = temporaryDirectory(context);
		const host = await startDockerRegistry(context, { folder: storage });
		push(pusher, "app", `${host}/app:1`);
		flip(join(storage, "data/docker/registry/v2/repositories/app/_manifests/tags/1/current/link"));
		const client = new Machine(temporaryDirectory(context));
		mkdirSync(client.path("work"));
		refused(client, `${host}/app:1`);
	},
);

/** The refusal of a pull: nothing of it is in the store, and nothing is pinned that was not. */
function refused(client: Machine, ...words: readonly string[]): string {
	const pins = client.path("data/wherry/pins.json");
	const held = () => [client.store.list(), digestsIn(pins)];
	const earlier = held();
	const { status, stderr } = client.wherry("pull", ...words);
	assert.notEqual(status, 0, "the pull was not refused");
	assert.deepEqual(held(), earlier);
	return stderr;
}

/** What names are pinned to; what was offered and refused is no pin. */
function digestsIn(file: string): string {
	return existsSync(file) ? readFileSync(file, "utf8").replaceAll(/,"offered":"[^"]*"/g, "") : "";
}

function push(machine: Machine, image: string, name: string): void {
	machine.must("tag", image, name);
	machine.must("push", name);
}

function restoring(files: readonly string[], act: () => void): void {
	const contents = files.map((file) => readFileSync(file));
	try {
		act();
	} finally {
		for (const [index, file] of files.entries()) writeFileSync(file, contents[index]!);
	}
}
