/** What a process is about to name is kept from the garbage collection of others, as long as it lives. */
import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { ImageStore } from "../../src/store/image-store.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { checkSwept } from "./store-check.ts";

const HOLDER = join(import.meta.dirname, "holder.ts");

/** A process that has put an image and not named it yet. */
async function startHolder(
	context: TestContext,
): Promise<{ child: ChildProcessWithoutNullStreams; store: ImageStore; folder: string }> {
	const folder = join(temporaryDirectory(context), "images");
	const child = spawn(process.execPath, [HOLDER, folder]);
	context.after(() => child.kill("SIGKILL"));
	await once(child.stdout, "data");
	return { child, folder, store: ImageStore.open(folder) };
}

test("what another process has put is not collected before it could name it", async (context) => {
	const { child, store } = await startHolder(context);
	assert.deepEqual(store.collect().removed, []);
	child.stdin.write("go\n");
	const [status] = (await once(child, "close")) as [number];
	assert.equal(status, 0);
	assert.equal(store.collect().removed.length, 0);
	assert.deepEqual(
		store.list().map(({ name }) => name),
		["docker.io/library/held:latest"],
	);
});

test("what a process has put and not named goes when it is killed", async (context) => {
	const { child, store, folder } = await startHolder(context);
	child.kill("SIGKILL");
	await once(child, "close");
	assert.equal(store.collect().removed.length, 3);
	checkSwept(folder);
});
