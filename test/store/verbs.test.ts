/** The image commands as a person types them, against a store of their own. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { attachReferrer, attachmentTag } from "../../src/oci/attachments.ts";
import { imageProfile } from "../../src/oci/profiles.ts";
import { putDocument } from "../../src/oci/attachments.ts";
import { packLayer } from "../../src/store/pack.ts";
import { ImageStore } from "../../src/store/image-store.ts";
import { blobPath } from "../../src/store/layout.ts";
import { guest, ROOT, run, start } from "../support/wherry.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { putModule } from "./support.ts";

const HELLO = readFileSync(guest("wat/hello"));

/** A home with a store in it. */
interface Home {
	readonly folder: string;
	readonly store: ImageStore;
	readonly wherry: (...words: string[]) => { stdout: string; stderr: string; status: number | null };
}

function newHome(context: TestContext): Home {
	const folder = temporaryDirectory(context);
	const env = { PATH: process.env["PATH"], HOME: folder, LANG: "C.UTF-8" };
	return {
		folder,
		store: ImageStore.open(join(folder, ".local/share/wherry/images")),
		wherry(...words) {
			const { stdout, stderr, status } = run(words, { env, cwd: folder });
			return { stdout: stdout.toString(), stderr, status };
		},
	};
}

/** `hello:latest`, a lone module with a signature and an SBOM; `127.0.0.1:5000/team/app:1.2`, with files. */
async function furnishedHome(context: TestContext): Promise<Home & { hello: string; app: string }> {
	const home = newHome(context);
	const repository = home.store.repository("docker.io/library/hello");
	const { manifest } = await putModule(repository, HELLO);
	await repository.tag(manifest.descriptor, "latest");
	const signature = await putModule(repository, "a signature");
	await repository.tag(signature.manifest.descriptor, attachmentTag(manifest.descriptor.digest, "sig"));
	await attachReferrer(repository, manifest.descriptor, "application/x-sbom", [
		{ bytes: Buffer.from("{}"), mediaType: "text/plain" },
	]);
	const app = await putApp(home.store);
	home.store.close();
	for (const name of ["hello", "127.0.0.1:5000/team/app:1.2"]) {
		const { stderr, status } = home.wherry("trust", "accept", "--yes", name);
		assert.equal(status, 0, stderr);
	}
	return { ...home, hello: manifest.descriptor.digest, app };
}

async function putApp(store: ImageStore): Promise<string> {
	const repository = store.repository("127.0.0.1:5000/team/app");
	const file = { kind: "file", bytes: HELLO, executable: true, modified_ns: 0n } as const;
	const layer = packLayer({ kind: "directory", entries: new Map([["app.wasm", file]]), modified_ns: 0n });
	const { config, manifest } = imageProfile([layer.descriptor], {
		created: "2026-02-01T00:00:00Z",
		architecture: "wasm",
		os: "wasi",
		config: {
			ExposedPorts: [],
			Env: ["A=1"],
			Entrypoint: ["/app.wasm"],
			Cmd: [],
			Volumes: [],
			Labels: { team: "us" },
		},
		rootfs: { type: "layers", diff_ids: [layer.diffId] },
		history: [
			{ created: "2026-02-01T00:00:00Z", created_by: "COPY app.wasm /" },
			{ created_by: "ENTRYPOINT [/app.wasm]", empty_layer: true, comment: "by hand" },
		],
	});
	for (const document of [layer, config, manifest]) await putDocument(repository, document);
	await repository.tag(manifest.descriptor, "1.2");
	return manifest.descriptor.digest;
}

const id = (digest: string) => digest.slice("sha256:".length, "sha256:".length + 12);

test("images lists names, ids, ages, sizes and profiles, as it is asked to", async (context) => {
	const { wherry, hello, app } = await furnishedHome(context);
	const whole = wherry("images");
	assert.match(
		whole.stdout,
		/^REPOSITORY {16}TAG {6}IMAGE ID {7}CREATED {7,} SIZE {4,}PROFILE\n127.0.0.1:5000\/team\/app +1.2 .*image\nhello +latest .*artifact\n$/,
	);
	assert.deepEqual([whole.stderr, whole.status], ["", 0]);
	assert.equal(wherry("image", "ls", "-q").stdout, `${id(app)}\n${id(hello)}\n`);
	assert.equal(wherry("images", "--format", "names").stdout, "127.0.0.1:5000/team/app:1.2\nhello:latest\n");
	const template = "{{.Repository}}:{{.Tag}} {{.Digest}}";
	assert.equal(wherry("images", "--format", template, "hello").stdout, `hello:latest ${hello}\n`);
	assert.equal(wherry("images", "--no-trunc", "-q", "hello:latest").stdout, `${hello}\n`);
	assert.match(wherry("images", "-a").stdout, /hello +sha256-[0-9a-f]{64}\.sig .*attached\n/);
	const [first] = wherry("images", "--format=json").stdout.split("\n");
	const { Repository, Tag, ID, Profile } = JSON.parse(first ?? "") as Record<string, unknown>;
	assert.deepEqual([Repository, Tag, ID, Profile], ["127.0.0.1:5000/team/app", "1.2", id(app), "image"]);
});

test("images are shown in a table of one's own, with docker's headings", async (context) => {
	const { wherry, hello } = await furnishedHome(context);
	assert.equal(
		wherry("images", "--format", "table {{.Repository}}\\t{{.ID}}", "hello").stdout,
		`REPOSITORY   IMAGE ID\nhello        ${id(hello)}\n`,
	);
});

const FILTERS: readonly (readonly [string, string])[] = [
	["reference=hel*", "hello"],
	["reference=127.0.0.1:5000/*/app:1.?", "127.0.0.1:5000/team/app"],
	["reference=*", "hello"],
	["dangling=true", ""],
	["before=127.0.0.1:5000/team/app:1.2", "hello"],
	["since=hello", "127.0.0.1:5000/team/app"],
	["label=team=us", "127.0.0.1:5000/team/app"],
	["label=team=them", ""],
];

test("images is filtered as docker filters", async (context) => {
	const { wherry } = await furnishedHome(context);
	for (const [filter, expected] of FILTERS)
		assert.equal(
			wherry("images", "--format={{.Repository}}", "--filter", filter).stdout.trim(),
			expected,
			filter,
		);
	assert.match(
		wherry("images", "--filter", "danglin=true").stderr,
		/FLAG_INVALID][^]*help: --filter dangling=true/,
	);
});

test("an image has another name, loses its names one by one, and goes with the last", async (context) => {
	const { wherry, hello, store } = await furnishedHome(context);
	assert.deepEqual(wherry("tag", "hello", "localhost/other:2"), { stdout: "", stderr: "", status: 0 });
	const conflict = wherry("rmi", id(hello));
	assert.equal(conflict.status, 1);
	assert.match(
		conflict.stderr,
		/IMAGE_IN_USE]\nnote: it has names in several repositories: .*\nhelp: wherry rmi -f /,
	);
	assert.equal(wherry("rmi", "hello:latest").stdout, "Untagged: hello:latest\n");
	const last = wherry("rmi", "localhost/other:2").stdout.split("\n");
	assert.equal(last[0], "Untagged: localhost/other:2");
	assert.ok(last.includes(`Deleted: ${hello}`), last.join("\n"));
	assert.deepEqual(store.attached(), []);
	assert.equal(wherry("images", "-a", "--format={{.Repository}}").stdout, "127.0.0.1:5000/team/app\n");
});

test("an image that something uses is not removed unless it is forced, and stays even then", async (context) => {
	const { wherry, store, hello } = await furnishedHome(context);
	const image = store.list().find(({ digest }) => digest === hello);
	assert.ok(image);
	store.pin(image, "container 7");
	const refused = wherry("rmi", "hello");
	assert.equal(refused.status, 1);
	assert.match(refused.stderr, /IMAGE_IN_USE]\nnote: 'container 7' uses it\nhelp: wherry rmi -f hello\n/);
	assert.equal(wherry("prune", "-a", "-f").status, 0);
	assert.equal(wherry("rmi", "-f", id(hello)).status, 0);
	assert.ok(readFileSync(blobPath(store.folder, hello as never)).length > 0);
});

test("rmi tells of what is not there, and removes the rest", async (context) => {
	const { wherry, app } = await furnishedHome(context);
	const ended = wherry("rmi", "helo", app.slice(0, 20), "--format=json");
	assert.equal(ended.status, 1);
	assert.deepEqual((JSON.parse(ended.stderr) as { help: unknown }).help, ["wherry rmi hello:latest"]);
	const removed = JSON.parse(ended.stdout) as { untagged: unknown; deleted: unknown[] };
	assert.deepEqual(removed.untagged, ["127.0.0.1:5000/team/app:1.2"]);
	assert.ok(removed.deleted.includes(app));
	assert.deepEqual(wherry("rmi", "-f", "helo"), { stdout: "", stderr: "", status: 0 });
});

test("prune asks, says what it would do, and leaves what has a tag", async (context) => {
	const { wherry, hello } = await furnishedHome(context);
	wherry("tag", "127.0.0.1:5000/team/app:1.2", "hello:latest");
	assert.match(wherry("images").stdout, /hello +<none>/);
	const asked = wherry("prune");
	assert.match(
		asked.stderr,
		/^WARNING! .*\nAre you sure you want to continue\? \[y\/N] [^]*nothing was removed/,
	);
	const dry = wherry("prune", "--dry-run").stdout;
	assert.match(
		dry,
		new RegExp(
			`^Would be removed:\nuntagged: hello@${hello}\n[^]*deleted: ${hello}\n[^]*would be reclaimed: \\d`,
		),
	);
	const done = wherry("image", "prune", "-f").stdout;
	assert.match(
		done,
		new RegExp(
			`^Deleted Images:\nuntagged: hello@${hello}\n[^]*deleted: ${hello}\n[^]*\nTotal reclaimed space: \\d`,
		),
	);
	assert.equal(wherry("prune", "-f").stdout, "Total reclaimed space: 0B\n");
	assert.match(wherry("prune", "-a", "-f").stdout, /untagged: hello:latest\n/);
	assert.equal(wherry("images", "-aq").stdout, "");
});

test("what is saved is loaded elsewhere: from a file, a pipe, packed, with what is attached", async (context) => {
	const here = await furnishedHome(context);
	const there = newHome(context);
	const archive = join(here.folder, "all.tar");
	assert.deepEqual(here.wherry("save", "-o", archive, "hello", "127.0.0.1:5000/team/app:1.2"), {
		stdout: "",
		stderr: "",
		status: 0,
	});
	const loaded = there.wherry("load", "-i", archive);
	assert.deepEqual(loaded, {
		stdout: "Loaded image: hello:latest\nLoaded image: 127.0.0.1:5000/team/app:1.2\n",
		stderr: "",
		status: 0,
	});
	assert.equal(
		there.wherry("images", "-a", "--no-trunc").stdout,
		here.wherry("images", "-a", "--no-trunc").stdout,
	);
	for (const packer of ["gzip -c", "cat"]) {
		const other = newHome(context);
		const pipe = `${packer} "$1" | "$2" load`;
		const env = { PATH: process.env["PATH"], HOME: other.folder };
		const { stdout } = spawnSync("sh", ["-c", pipe, "sh", archive, join(ROOT, "bin/wherry")], {
			env,
			encoding: "utf8",
		});
		assert.equal(stdout, loaded.stdout);
	}
	writeFileSync(archive, "no archive");
	const refused = newHome(context).wherry("load", "-i", archive);
	assert.equal(refused.status, 1);
	assert.match(refused.stderr, /^error: cannot .*\n/);
});

test("inspect shows docker's fields and ours, single fields, and the very bytes of the manifest", async (context) => {
	const { wherry, store, app, hello } = await furnishedHome(context);
	const [found] = JSON.parse(wherry("image", "inspect", "127.0.0.1:5000/team/app:1.2").stdout) as [
		Record<string, unknown>,
	];
	assert.deepEqual(
		[found["Id"], found["RepoTags"], found["Architecture"], found["Os"]],
		[app, ["127.0.0.1:5000/team/app:1.2"], "wasm", "wasi"],
	);
	assert.equal(
		wherry("image", "inspect", "-f", "{{json .Config.Env}} {{.Wherry.Profile}}", app).stdout,
		'["A=1"] image\n',
	);
	assert.equal(
		wherry("image", "inspect", "--raw", "hello").stdout,
		readFileSync(blobPath(store.folder, hello as never), "utf8"),
	);
	const missing = wherry("image", "inspect", "hello", "nothing");
	assert.deepEqual([missing.status, (JSON.parse(missing.stdout) as unknown[]).length], [1, 1]);
});

test("history shows how an image was made, the last step first", async (context) => {
	const { wherry, app } = await furnishedHome(context);
	const { stdout } = wherry("history", "--human=false", "127.0.0.1:5000/team/app:1.2");
	assert.match(
		stdout,
		new RegExp(
			`^IMAGE +CREATED +CREATED BY +SIZE +COMMENT\n${id(app)} +N/A +ENTRYPOINT .* 0 +by hand\n<missing> +2026-02-01T.*COPY app.wasm / +\\d+\n$`,
		),
	);
	assert.match(wherry("history", "hello").stdout, /application\/wasm/);
});

test("a spoilt image is listed as damaged, and nothing of it is used", async (context) => {
	const { wherry, store, hello } = await furnishedHome(context);
	writeFileSync(blobPath(store.folder, hello as never), "spoilt");
	assert.match(wherry("images").stdout, /hello +latest .*damaged\n/);
	for (const words of [
		["image", "inspect", "hello"],
		["history", "hello"],
		["save", "hello"],
		["tag", "hello", "x"],
	]) {
		const { stderr, status } = wherry(...words);
		assert.match(stderr, /DIGEST_MISMATCH/, words.join(" "));
		assert.notEqual(status, 0);
	}
	assert.match(wherry("rmi", "hello").stdout, /^Untagged: hello:latest\n/);
});

/** Makes a folder read-only for one command, root or not. */
const READ_ONLY = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"';
const mayMount = spawnSync("unshare", ["-m", "true"]).status === 0;

test(
	"a store that may only be read is listed, inspected and saved; writing says why it does not work",
	{ skip: mayMount ? false : "this machine lets us mount nothing (unshare -m)" },
	async (context) => {
		const { folder, store } = await furnishedHome(context);
		const readOnly = (...words: string[]) =>
			spawnSync(
				"unshare",
				["-m", "sh", "-c", READ_ONLY, "sh", store.folder, join(ROOT, "bin/wherry"), ...words],
				{
					env: { PATH: process.env["PATH"], HOME: folder },
					encoding: "utf8",
				},
			);
		assert.match(readOnly("images").stdout, /hello +latest/);
		assert.match(readOnly("run", "hello").stdout, /hello/i);
		assert.equal(readOnly("image", "inspect", "-f", "{{.Os}}", "hello").stdout, "wasip1\n");
		assert.equal(readOnly("save", "-o", join(folder, "x.tar"), "hello").status, 0);
		for (const words of [
			["tag", "hello", "other"],
			["rmi", "hello"],
			["prune", "-f"],
		]) {
			const { stderr, status } = readOnly(...words);
			assert.match(stderr, /\[IO]\nnote: the system says: /, words.join(" "));
			assert.notEqual(status, 0);
		}
		assert.equal(store.list().length, 2);
	},
);

test("an interrupted save leaves no part of an archive", async (context) => {
	const { folder, store } = newHome(context);
	const repository = store.repository("docker.io/library/large");
	const { manifest } = await putModule(repository, Buffer.alloc(100 << 20, "large"));
	await repository.tag(manifest.descriptor, "latest");
	store.close();
	const env = { PATH: process.env["PATH"], HOME: folder };
	const { child, ended, firstOutput } = start(["save", "-o", "large.tar", "large"], { env, cwd: folder });
	firstOutput.catch(() => undefined);
	const written = () => readdirSync(folder).filter((name) => name.startsWith("large.tar"));
	while (written().length === 0) await pause(1);
	child.kill("SIGINT");
	assert.equal((await ended).status, 130);
	assert.deepEqual(written(), []);
});
