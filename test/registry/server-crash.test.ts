/** Our registry on disk, killed in the midst of pushes, and what is there afterwards. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Catalogue } from "../../src/registry/server/catalogue.ts";
import { openHoldings } from "../../src/registry/server/open-holdings.ts";
import { faultTextOf } from "../support/fault.ts";
import { startRegistry } from "../support/registry.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { ROOT } from "../support/wherry.ts";
import { type Blob, bytesOf, Client, expectStatus, randomBlob } from "./conformance.ts";
import { serveForTest } from "./serving.ts";

const KILLS = 5;
const PUSHERS = 8;

test("killed in the midst of pushes, it starts again and serves all that it acknowledged", async (context) => {
	const folder = temporaryDirectory(context);
	const acknowledged: { tag: string; image: Blob }[] = [];
	for (let kill = 0; kill < KILLS; kill++) {
		const registry = await startRegistry(["--storage", folder]);
		const client = new Client(`http://${registry.host}`, "a/b");
		const pushers = Array.from({ length: PUSHERS }, async (_, pusher) =>
			pushUntilRefused(client, `k${kill}p${pusher}`, acknowledged),
		);
		const before = acknowledged.length;
		while (acknowledged.length < before + 20) await new Promise((wake) => setTimeout(wake, 5));
		await registry.end("SIGKILL");
		await Promise.all(pushers);
		await expectAll(folder, acknowledged);
	}
});

/** Pushes image after image, each under its own tag, until the registry is gone. */
async function pushUntilRefused(
	client: Client,
	name: string,
	acknowledged: { tag: string; image: Blob }[],
): Promise<void> {
	for (let count = 0; ; count++) {
		const tag = `${name}n${count}`;
		try {
			acknowledged.push({ tag, image: await client.pushImage(tag) });
		} catch (error) {
			if (error instanceof assert.AssertionError) throw error;
			return;
		}
	}
}

async function expectAll(folder: string, pushed: readonly { tag: string; image: Blob }[]): Promise<void> {
	const registry = await startRegistry(["--storage", folder]);
	try {
		const client = new Client(`http://${registry.host}`, "a/b");
		assert.deepEqual(readdirSync(join(folder, "uploads")), []);
		for (const { tag, image } of pushed) {
			const response = await client.ask("GET", `manifests/${tag}`);
			assert.deepEqual(await bytesOf(response), image.bytes);
			const { config, layers } = JSON.parse(new TextDecoder().decode(image.bytes)) as Image;
			for (const { digest } of [config, ...layers])
				expectStatus(await client.ask("HEAD", `blobs/${digest}`), 200);
		}
	} finally {
		await registry.end("SIGTERM");
	}
}

interface Image {
	readonly config: { readonly digest: string };
	readonly layers: readonly { readonly digest: string }[];
}

const ownMounts = spawnSync("unshare", ["-m", "true"], { stdio: "ignore" }).status === 0;

test(
	"a full disk answers 507, loses nothing, and takes more when something was deleted",
	{ skip: !ownMounts && "unshare -m is not allowed here" },
	async (context) => {
		const client = await serveOnSmallDisk(context, "3m");
		const kept = await client.pushBlob(randomBlob(1_000_000));
		const large = randomBlob(4_000_000);
		for (let times = 0; times < 3; times++) {
			expectStatus(
				await client.ask("POST", `blobs/uploads/?digest=${large.digest}`, { body: large.bytes }),
				507,
			);
			expectStatus(await client.close(await client.begin(), large.digest, { body: large.bytes }), 507);
		}
		// what could not be taken in takes no room
		const second = await client.pushBlob(randomBlob(1_000_000));
		expectStatus(await client.ask("DELETE", `blobs/${second.digest}`), 202);
		await client.pushBlob(randomBlob(1_000_000));
		assert.deepEqual(
			await bytesOf(await client.ask("GET", `blobs/${kept.digest}`)),
			new Uint8Array(kept.bytes),
		);
	},
);

/** A registry whose folder is a file system of this size, seen by itself alone and gone with it. */
async function serveOnSmallDisk(context: TestContext, size: string): Promise<Client> {
	const folder = temporaryDirectory(context);
	const wherry = join(ROOT, "bin/wherry");
	const script = `mount -t tmpfs -o size=${size} none "$1" && exec "$2" registry serve --port 0 --storage "$1/r" --format json`;
	const child = spawn("unshare", ["-m", "sh", "-c", script, "sh", folder, wherry], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	context.after(() => child.kill("SIGKILL"));
	const [line] = (await once(child.stdout, "data")) as [Buffer];
	return new Client((JSON.parse(line.toString()) as { url: string }).url);
}

test("one folder is served by one process", async (context) => {
	const folder = temporaryDirectory(context);
	await serveForTest(context, { folder });
	assert.match(
		await faultTextOf(openHoldings({ folder, deletes: true, collect: false })),
		/\[STORE_INVALID\]\nnote: another process serves it/,
	);
});

test("a folder with another's database is refused", async (context) => {
	const folder = temporaryDirectory(context);
	writeFileSync(join(folder, "registry.sqlite"), "this is no database, though it has some length".repeat(50));
	assert.match(
		await faultTextOf(openHoldings({ folder, deletes: true, collect: false })),
		/\[STORE_INVALID\]\nnote: file is not a database/,
	);
});

/** A folder with one image, and then something done to it while nobody serves it; answers what is left of it. */
async function damaged(folder: string, damage: (blobs: string, image: Blob) => void, collect = false) {
	const holdings = await openHoldings({ folder, deletes: true, collect: false });
	const { serve } = await import("../../src/registry/server/serve.ts");
	const running = await serve(holdings, { address: "127.0.0.1", port: 0 });
	const image = await new Client(running.url, "a").pushImage("one");
	await new Client(running.url, "a").pushBlob(randomBlob(77));
	await running.stop(0);
	await holdings.close();
	damage(join(folder, "blobs/sha256"), image);
	const again = await openHoldings({ folder, deletes: true, collect });
	const left = {
		files: readdirSync(join(folder, "blobs/sha256")).length,
		blobs: again.catalogue.blobs().length,
		manifests: again.catalogue.manifests().length,
		tags: again.catalogue.tags("a", "", 10).length,
	};
	await again.close();
	return left;
}

const hexOf = ({ digest }: Blob) => digest.slice("sha256:".length);
const damages: readonly (readonly [string, (blobs: string, image: Blob) => void, object])[] = [
	["nothing", () => undefined, { files: 4, blobs: 3, manifests: 1, tags: 1 }],
	[
		"a file that nobody links",
		(blobs) => writeFileSync(join(blobs, "0".repeat(64)), "x"),
		{ files: 4, blobs: 3, manifests: 1, tags: 1 },
	],
	[
		"a blob that was unlinked, but not yet removed",
		(blobs, image) => {
			const catalogue = new Catalogue(join(blobs, "../../registry.sqlite"));
			const named = new TextDecoder().decode(image.bytes);
			const unnamed = catalogue.blobs().find(([, digest]) => !named.includes(digest));
			assert.ok(unnamed !== undefined && catalogue.unlinkBlob(...unnamed));
			catalogue.close();
		},
		{ files: 3, blobs: 2, manifests: 1, tags: 1 },
	],
	[
		"a manifest that is gone",
		(blobs, image) => rmSync(join(blobs, hexOf(image))),
		{ files: 3, blobs: 3, manifests: 0, tags: 0 },
	],
	[
		"a manifest cut short",
		(blobs, image) => truncateSync(join(blobs, hexOf(image)), 5),
		{ files: 3, blobs: 3, manifests: 0, tags: 0 },
	],
];
for (const [what, damage, left] of damages)
	test(`found at the start: ${what}`, async (context) => {
		assert.deepEqual(await damaged(temporaryDirectory(context), damage), left);
	});

test("--gc removes the blobs that no manifest names, and only those", async (context) => {
	const left = await damaged(temporaryDirectory(context), () => undefined, true);
	assert.deepEqual(left, { files: 3, blobs: 2, manifests: 1, tags: 1 });
});
