import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";

import { parseManifest } from "../../src/oci/parse-manifest.ts";
import { parseReference, repositoryName } from "../../src/oci/reference.ts";
import { ImageStore } from "../../src/store/image-store.ts";
import { readBlob } from "../../src/store/read.ts";
import { testRegistry } from "../support/registry.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { type Ended, ROOT, run } from "../support/wherry.ts";

const PROGRAM = join(ROOT, "guests/zig/tour.wasm");
const SBOM_TYPE = "application/vnd.cyclonedx+json";
const STATEMENT_TYPE = "application/vnd.in-toto+json";

test("an SBOM of a file is the same in a file, on standard output, and at any time", (context) => {
	const place = new Place(context);
	const file = join(place.folder, "sbom.json");
	place.succeeds("sbom", "--output", file, PROGRAM);
	const printed = place.succeeds("sbom", "--format=cyclonedx-json", PROGRAM);
	assert.deepEqual(printed, readFileSync(file, "utf8"));
	assert.doesNotMatch(printed, /timestamp/);
});

test("SOURCE_DATE_EPOCH is the only time in it", (context) => {
	const place = new Place(context, { SOURCE_DATE_EPOCH: "1700000000" });
	assert.match(place.succeeds("sbom", "--format=json", PROGRAM), /"timestamp":"2023-11-14T22:13:20Z"/);
});

test("programs and packages in an image's files are all in its SBOM", (context) => {
	const place = new Place(context);
	const app = place.project({
		"node_modules/left-pad/package.json": '{"name":"left-pad","version":"1.3.0"}',
		"lib/six-1.16.0.dist-info/METADATA": "Name: six\nVersion: 1.16.0\n",
	});
	copyFileSync(PROGRAM, join(app, "lib/second.wasm"));
	writeFileSync(join(app, "lib/damaged"), readFileSync(PROGRAM).subarray(0, 1000));
	writeFileSync(join(app, "Dockerfile"), 'FROM scratch\nCOPY . /\nENTRYPOINT ["/app.wasm"]\n');
	place.succeeds("build", "-t", "app:1", app);
	const sbom = JSON.parse(place.succeeds("sbom", "--format=cyclonedx-json", "app:1")) as {
		components: { "bom-ref": string }[];
	};
	assert.deepEqual(
		sbom.components.map((component) => component["bom-ref"]),
		[
			"file:/app.wasm",
			"file:/lib/damaged",
			"file:/lib/second.wasm",
			"pkg:npm/left-pad@1.3.0",
			"pkg:pypi/six@1.16.0",
		],
	);
});

test("what build --attest hangs on an image: its SBOM, and how it was built, each once", async (context) => {
	const place = new Place(context);
	const app = place.project({ "notes.txt": "sources\n" });
	for (let time = 0; time < 2; time++) place.succeeds("build", "--attest", "-t", "app:1", app);
	const attached = await place.attached("app:1");
	assert.deepEqual([...attached.keys()].sort(), [SBOM_TYPE, STATEMENT_TYPE]);
	assert.equal(attached.get(SBOM_TYPE), place.succeeds("sbom", "--format=cyclonedx-json", "app:1"));
	const statement = JSON.parse(attached.get(STATEMENT_TYPE) ?? "") as {
		predicate: { buildDefinition: { resolvedDependencies: unknown } };
	};
	assert.deepEqual(statement.predicate.buildDefinition.resolvedDependencies, [
		{ name: "sources", uri: "file:.", digest: { sha256: sourcesDigest(app) } },
	]);
	assert.doesNotMatch(attached.get(STATEMENT_TYPE) ?? "", new RegExp(place.folder));
});

test("push and pull take the SBOM and the provenance along", async (context) => {
	const { host } = await testRegistry(context);
	const [here, there] = [new Place(context), new Place(context)];
	here.succeeds("build", "--attest", "-t", `${host}/app:1`, here.project({}));
	here.succeeds("push", `${host}/app:1`);
	there.succeeds("pull", `${host}/app:1`);
	const attached = await there.attached(`${host}/app:1`);
	assert.deepEqual(attached, await here.attached(`${host}/app:1`));
	assert.equal(attached.get(SBOM_TYPE), there.succeeds("sbom", "--format=cyclonedx-json", `${host}/app:1`));
});

test("sbom --attach hangs it on the image once", async (context) => {
	const place = new Place(context);
	place.succeeds("build", "-t", "tour:1", PROGRAM);
	for (let time = 0; time < 2; time++) place.succeeds("sbom", "--attach", "tour:1");
	const attached = await place.attached("tour:1");
	assert.deepEqual([...attached.keys()], [SBOM_TYPE]);
	assert.equal(attached.get(SBOM_TYPE), place.succeeds("sbom", "--format=cyclonedx-json", "tour:1"));
});

test("the SBOM of an image whose program was changed is refused", (context) => {
	const place = new Place(context);
	place.succeeds("build", "-t", "tour:1", PROGRAM);
	const inspected = JSON.parse(place.succeeds("image", "inspect", "tour:1")) as {
		Wherry: { Layers: { Digest: string }[] };
	}[];
	const digest = inspected[0]?.Wherry.Layers[0]?.Digest ?? "";
	const blob = join(place.images, "blobs", digest.replace(":", "/"));
	const bytes = readFileSync(blob);
	bytes[100]! ^= 1;
	writeFileSync(blob, bytes, { mode: 0o644 });
	const { status, stderr } = place.run("sbom", "tour:1");
	assert.match(stderr, new RegExp(`DIGEST_MISMATCH(?:.|\n)*${digest}`));
	assert.equal(status, 125);
});

/** What is refused, and the whole of what is said. */
const REFUSED: Readonly<Record<string, readonly [words: readonly string[], text: string]>> = {
	"an SBOM attached to a file": [
		["sbom", "--attach", "app.wasm"],
		`error: cannot attach an SBOM to 'app.wasm', which is a file [USAGE]
note: it hangs on an image in the store, or in a registry
help: wherry build -t app app.wasm && wherry sbom --attach app
`,
	],
	"what is no wasm": [
		["sbom", join(ROOT, "package.json")],
		`error: cannot tell what '${join(ROOT, "package.json")}' is made of [NOT_WASM]`,
	],
	"a format that there is not": [["sbom", "--format=spdx", PROGRAM], "error: cannot set --format to 'spdx'"],
	"an image that is not here": [
		["sbom", "nothing"],
		"error: cannot find the image 'nothing' [IMAGE_NOT_FOUND]",
	],
	"a file that cannot be written": [
		["sbom", "-o", "/nowhere/sbom.json", PROGRAM],
		"error: cannot write '/nowhere/sbom.json' [IO]",
	],
	"a file that is attested": [
		["build", "--attest", "-o", "/nowhere/app.wasm", PROGRAM],
		"error: cannot attest a file [USAGE]",
	],
};

for (const [title, [words, text]] of Object.entries(REFUSED))
	test(`${title} is refused`, (context) => {
		const { status, stderr } = new Place(context).run(...words);
		assert.ok(stderr.includes(text), stderr);
		assert.notEqual(status, 0);
	});

/** A home and a folder of one test. */
class Place {
	readonly folder: string;
	readonly #env: NodeJS.ProcessEnv;

	constructor(context: TestContext, env: NodeJS.ProcessEnv = {}) {
		this.folder = temporaryDirectory(context);
		this.#env = { PATH: process.env["PATH"], HOME: this.folder, TMPDIR: this.folder, ...env };
	}

	get images(): string {
		return join(this.folder, ".local/share/wherry/images");
	}

	/** A folder with a Dockerfile, a program and these files. */
	project(files: Readonly<Record<string, string>>): string {
		const folder = join(this.folder, "project");
		mkdirSync(folder);
		copyFileSync(PROGRAM, join(folder, "app.wasm"));
		writeFileSync(join(folder, "Dockerfile"), 'FROM scratch\nCOPY app.wasm /\nENTRYPOINT ["/app.wasm"]\n');
		for (const [path, text] of Object.entries(files)) {
			mkdirSync(join(folder, path, ".."), { recursive: true });
			writeFileSync(join(folder, path), text);
		}
		return folder;
	}

	run(...words: readonly string[]): Ended {
		return run(words, { cwd: this.folder, env: this.#env });
	}

	succeeds(...words: readonly string[]): string {
		const { status, stdout, stderr } = this.run(...words);
		assert.equal(status, 0, stderr);
		return stdout.toString();
	}

	/** What hangs on an image: the text of the one layer of each referrer, by artifact type. */
	async attached(name: string): Promise<ReadonlyMap<string, string>> {
		const reference = parseReference(name);
		const store = ImageStore.open(this.images);
		const repository = store.repository(repositoryName(reference));
		const image = await repository.resolve(reference.tag ?? "");
		const texts = new Map<string, string>();
		for (const referrer of await repository.referrers(image?.digest ?? assert.fail())) {
			const { layers } = parseManifest(readBlob(this.images, referrer, 1 << 20));
			assert.ok(!texts.has(referrer.artifactType ?? ""), "attached twice");
			texts.set(
				referrer.artifactType ?? "",
				Buffer.from(readBlob(this.images, layers[0]!, 1 << 20)).toString(),
			);
		}
		return texts;
	}
}

/** As the documents say that anyone can make it. */
function sourcesDigest(folder: string): string {
	const words = "find * -type f | LC_ALL=C sort | xargs sha256sum | sha256sum";
	return spawnSync("sh", ["-c", words], { cwd: folder, encoding: "utf8" }).stdout.slice(0, 64);
}
