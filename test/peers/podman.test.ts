/** Podman pulls, inspects and loads our images; what it builds and pushes, we pull and run. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { missing, Person, REGISTRIES, RUNS } from "./peer.ts";

const INSECURE = "--tls-verify=false";
const skip = missing("podman");

interface Inspected {
	readonly Digest: string;
	readonly Os: string;
	readonly Architecture: string;
	readonly Annotations: Readonly<Record<string, string>>;
	readonly Config: { readonly Entrypoint: string[]; readonly Cmd: string[]; readonly Env: string[] };
}

function inspect(person: Person, name: string): Inspected {
	const [inspected] = JSON.parse(person.podman("image", "inspect", name)) as Inspected[];
	assert.ok(inspected !== undefined);
	return inspected;
}

for (const registry of REGISTRIES)
	test(
		`an image through ${registry.name}: pulled and inspected`,
		{ skip: registry.skip || skip },
		async (context) => {
			const host = await registry.start(context);
			const person = new Person(context);
			person.build();
			person.wherry("tag", "image:1", `${host}/app:1`);
			person.wherry("push", `${host}/app:1`);
			person.podman("pull", INSECURE, `${host}/app:1`);
			const { Digest, Os, Architecture, Annotations, Config } = inspect(person, `${host}/app:1`);
			assert.deepEqual([Os, Architecture], ["wasi", "wasm"]);
			assert.deepEqual([Config.Entrypoint, Config.Cmd], [["/wc.wasm"], ["/words"]]);
			assert.ok(Config.Env.includes("SHIP=wherry"));
			assert.equal(Annotations["module.wasm.image/variant"], "compat");
			assert.match(person.wherry("images", "--digests"), new RegExp(Digest));
		},
	);

test("an image labelled linux/amd64 is pulled as one for this machine", { skip }, async (context) => {
	const host = (await REGISTRIES[0]?.start(context)) ?? "";
	const person = new Person(context);
	person.build();
	person.wherry("build", "-q", "--platform", "linux/amd64", "-t", `${host}/app:1`, "image");
	person.wherry("push", `${host}/app:1`);
	const { stderr } = person.attempt(
		"podman",
		...person.podmanWords(),
		"pull",
		INSECURE,
		"--platform",
		"linux/amd64",
		`${host}/app:1`,
	);
	assert.doesNotMatch(stderr, /does not match/);
	const { Os, Architecture } = inspect(person, `${host}/app:1`);
	assert.deepEqual([Os, Architecture], ["linux", "amd64"]);
});

test("an artifact is refused by podman, with this text", { skip }, async (context) => {
	const host = (await REGISTRIES[0]?.start(context)) ?? "";
	const person = new Person(context);
	person.build();
	person.wherry("tag", "lone:1", `${host}/app:1`);
	person.wherry("push", `${host}/app:1`);
	const { stderr } = person.attempt("podman", ...person.podmanWords(), "pull", INSECURE, `${host}/app:1`);
	assert.match(
		stderr,
		/unsupported image-specific operation on artifact with type "application\/vnd\.wasm\.config\.v0\+json"/,
	);
});

test("what wherry save writes, podman loads", { skip }, (context) => {
	const person = new Person(context);
	person.build();
	person.wherry("save", "-o", "saved.tar", "image:1");
	person.podman("load", "-i", "saved.tar");
	assert.deepEqual(inspect(person, "docker.io/library/image:1").Config.Entrypoint, ["/wc.wasm"]);
});

for (const format of ["oci-archive", "docker-archive"])
	test(`what podman save --format ${format} writes, wherry loads and runs`, { skip }, (context) => {
		const person = new Person(context);
		person.build();
		person.wherry("save", "-o", "saved.tar", "image:1");
		person.podman("load", "-i", "saved.tar");
		person.podman("save", "--format", format, "-o", "again.tar", "docker.io/library/image:1");
		const other = new Person(context);
		other.wherry("load", "-i", join(person.folder, "again.tar"));
		assert.match(other.wherry("run", "image:1"), RUNS.image);
	});

for (const format of ["oci", "docker"])
	test(
		`an image that podman built as ${format} for wasi/wasm is pulled and run`,
		{ skip },
		async (context) => {
			const host = (await REGISTRIES[0]?.start(context)) ?? "";
			const person = new Person(context);
			person.build();
			const platform = ["--isolation", "chroot", "--platform", "wasi/wasm", "--format", format];
			person.podman("build", ...platform, "-t", `${host}/built:1`, "image");
			person.podman("push", INSECURE, `${host}/built:1`);
			assert.match(new Person(context).pullAndRun(`${host}/built:1`), RUNS.image);
		},
	);
