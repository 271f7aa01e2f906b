/** Skopeo copies our images and artifacts both ways, and their digests stay. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { startRegistry } from "../support/registry.ts";
import { missing, Person, PROFILES, REGISTRIES, RUNS } from "./peer.ts";

const TO = "--dest-tls-verify=false";
const FROM = "--src-tls-verify=false";

for (const { name, skip, start } of REGISTRIES)
	for (const profile of PROFILES)
		test(
			`${profile} through ${name}: pushed, copied out, copied in, pulled and run`,
			{ skip: skip || missing("skopeo") },
			async (context) => {
				const host = await start(context);
				const person = new Person(context);
				person.build();
				person.wherry("tag", `${profile}:1`, `${host}/app/${profile}:1`);
				person.wherry("push", `${host}/app/${profile}:1`);
				const pushed = `docker://${host}/app/${profile}:1`;
				const layout = `oci:${person.folder}/out:${profile}`;
				person.tool("skopeo", "copy", FROM, pushed, layout);
				const back = `docker://${host}/back/${profile}:1`;
				person.tool("skopeo", "copy", TO, layout, back);
				const store = `oci:${join(person.folder, ".local/share/wherry/images")}:docker.io/library/${profile}:1`;
				const places = [store, pushed, layout, back];
				assert.equal(new Set(places.map((place) => person.digest(place))).size, 1);

				const other = new Person(context);
				assert.match(other.pullAndRun(`${host}/back/${profile}:1`), RUNS[profile]);
			},
		);

for (const profile of PROFILES)
	test(
		`${profile} out of our store and back into a registry`,
		{ skip: missing("skopeo") },
		async (context) => {
			const host = await REGISTRIES[0]?.start(context);
			const person = new Person(context);
			person.build();
			const store = `oci:${join(person.folder, ".local/share/wherry/images")}:docker.io/library/${profile}:1`;
			person.tool("skopeo", "copy", TO, store, `docker://${host}/app/${profile}:1`);
			assert.equal(person.digest(`docker://${host}/app/${profile}:1`), person.digest(store));
			assert.match(new Person(context).pullAndRun(`${host}/app/${profile}:1`), RUNS[profile]);
		},
	);

for (const profile of PROFILES)
	test(`${profile} saved is an archive that skopeo reads`, { skip: missing("skopeo") }, (context) => {
		const person = new Person(context);
		person.build();
		person.wherry("save", "-o", "saved.tar", `${profile}:1`);
		person.tool("skopeo", "copy", "oci-archive:saved.tar", "oci:out:one");
		const store = `oci:${join(person.folder, ".local/share/wherry/images")}:docker.io/library/${profile}:1`;
		assert.equal(person.digest("oci:out:one"), person.digest(store));
	});

for (const form of ["oci-archive", "docker-archive"] as const)
	test(
		`an image that skopeo wrote as ${form} is loaded and run`,
		{ skip: missing("skopeo") },
		async (context) => {
			const host = (await REGISTRIES[0]?.start(context)) ?? "";
			const person = new Person(context);
			person.build();
			person.wherry("tag", "image:1", `${host}/app/image:1`);
			person.wherry("push", `${host}/app/image:1`);
			person.tool("skopeo", "copy", FROM, `docker://${host}/app/image:1`, `${form}:written.tar:there:2`);
			const other = new Person(context);
			other.wherry("load", "-i", join(person.folder, "written.tar"));
			assert.match(other.wherry("run", "there:2"), RUNS.image);
		},
	);

test(
	"inspect and list-tags read what we push; of an artifact, inspect --raw alone",
	{ skip: missing("skopeo") },
	async (context) => {
		const host = (await REGISTRIES[0]?.start(context)) ?? "";
		const person = new Person(context);
		person.build();
		for (const profile of PROFILES) {
			person.wherry("tag", `${profile}:1`, `${host}/app:${profile}`);
			person.wherry("push", `${host}/app:${profile}`);
		}
		const inspect = ["inspect", "--tls-verify=false"];
		const read = JSON.parse(person.tool("skopeo", ...inspect, `docker://${host}/app:image`)) as Record<
			string,
			unknown
		>;
		assert.deepEqual([read["Os"], read["Architecture"], read["Env"]], ["wasi", "wasm", ["SHIP=wherry"]]);
		assert.deepEqual(read["RepoTags"], ["image", "lone"]);
		const { stderr } = person.attempt("skopeo", ...inspect, `docker://${host}/app:lone`);
		assert.match(stderr, /unsupported image-specific operation on artifact/);
		const listed = person.tool("skopeo", "list-tags", "--tls-verify=false", `docker://${host}/app`);
		assert.deepEqual((JSON.parse(listed) as { Tags: string[] }).Tags, ["image", "lone"]);
	},
);

for (const tokens of [false, true])
	test(
		`skopeo logs in to our registry ${tokens ? "for tokens" : "with each request"}, pushes, pulls and deletes`,
		{ skip: missing("skopeo") },
		async (context) => {
			const words = ["--memory", "--user", "ann", "--password-stdin", ...(tokens ? ["--token-auth"] : [])];
			const registry = await startRegistry(words, 0, "secret");
			context.after(async () => registry.end("SIGTERM"));
			const person = new Person(context);
			person.build();
			const store = `oci:${join(person.folder, ".local/share/wherry/images")}:docker.io/library/image:1`;
			const place = `docker://${registry.host}/app:1`;
			const refused = person.attempt("skopeo", "copy", TO, store, place);
			assert.match(refused.stderr, /authentication required|unauthorized/);
			person.tool("skopeo", "login", "--tls-verify=false", "-u", "ann", "-p", "secret", registry.host);
			person.tool("skopeo", "copy", TO, store, place);
			person.tool("skopeo", "copy", FROM, place, "oci:out:one");
			// the same login, read by us from the file that skopeo wrote
			assert.match(person.pullAndRun(`${registry.host}/app:1`), RUNS.image);
			person.tool("skopeo", "delete", "--tls-verify=false", place);
			assert.match(
				person.attempt("skopeo", "inspect", "--tls-verify=false", place).stderr,
				/manifest unknown/,
			);
		},
	);

for (const profile of PROFILES)
	test(
		`${profile} copied from our registry into docker-registry and back`,
		{ skip: REGISTRIES[1]?.skip || missing("skopeo") },
		async (context) => {
			const [ours = "", theirs = ""] = await Promise.all(REGISTRIES.map(async ({ start }) => start(context)));
			const person = new Person(context);
			person.build();
			person.wherry("tag", `${profile}:1`, `${ours}/app:1`);
			person.wherry("push", `${ours}/app:1`);
			person.tool("skopeo", "copy", FROM, TO, `docker://${ours}/app:1`, `docker://${theirs}/app:1`);
			person.tool("skopeo", "copy", FROM, TO, `docker://${theirs}/app:1`, `docker://${ours}/back:1`);
			assert.equal(person.digest(`docker://${ours}/app:1`), person.digest(`docker://${ours}/back:1`));
		},
	);
