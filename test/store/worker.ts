/**
 * Works on a store as fast as it can, until it is killed or has done what it should: puts images, names
 * them, takes names away, collects. Says before each step what it is about to do, and after it that it is
 * done: `begin tag NAME DIGEST`, `done tag NAME DIGEST`, `begin untag NAME`, ...
 *
 *     node test/store/worker.ts FOLDER NAME [STEPS]
 */
import { createHash } from "node:crypto";
import { writeSync } from "node:fs";
import { putDocument } from "../../src/oci/attachments.ts";
import { documentOf } from "../../src/oci/encode.ts";
import { MediaType } from "../../src/oci/media-types.ts";
import { artifactProfile } from "../../src/oci/profiles.ts";
import { ImageStore } from "../../src/store/image-store.ts";

const [folder = "", worker = "", steps = "Infinity"] = process.argv.slice(2);
const TAGS = 4;
const SHARED_LAYERS = 3;
const LAYER_BYTES_MAX = 300_000;

let random = createHash("sha256").update(`${worker} ${process.pid}`).digest();

/** 0 to below `limit`. */
function pick(limit: number): number {
	random = createHash("sha256").update(random).digest();
	return random.readUInt32LE() % limit;
}

function say(words: string): void {
	writeSync(1, `${words}\n`);
}

async function tag(name: string): Promise<void> {
	const store = ImageStore.open(folder);
	const repository = store.repository(name.replace(/:.*/, ""));
	const bytes =
		pick(2) === 0 ? Buffer.alloc(1000, pick(SHARED_LAYERS)) : Buffer.alloc(pick(LAYER_BYTES_MAX), random);
	const layer = documentOf(bytes, MediaType.WASM);
	const created = new Date(pick(2 ** 31) * 1000).toISOString();
	const { config, manifest } = artifactProfile(layer.descriptor, { created, os: "wasip1" });
	for (const document of [layer, config, manifest]) await putDocument(repository, document);
	say(`begin tag ${name} ${manifest.descriptor.digest}`);
	store.tag(manifest.descriptor, name);
	say(`done tag ${name} ${manifest.descriptor.digest}`);
	store.close();
}

function untag(name: string): void {
	say(`begin untag ${name}`);
	ImageStore.open(folder).untag(name);
	say(`done untag ${name}`);
}

for (let step = 0; step < Number(steps); step++) {
	const name = `docker.io/library/${worker}:${pick(TAGS)}`;
	const act = pick(6);
	if (act < 4) await tag(name);
	else if (act === 4) untag(name);
	else ImageStore.open(folder).collect();
}
say("end");
