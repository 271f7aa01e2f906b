/** The docker command reads our manifests from our registry, and logs in to it, without a daemon. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startRegistry } from "../support/registry.ts";
import { missing, Person, PROFILES, REGISTRIES, RUNS } from "./peer.ts";

const skip = missing("docker");

for (const profile of PROFILES)
	test(`docker manifest inspect reads ${profile}`, { skip }, async (context) => {
		const host = (await REGISTRIES[0]?.start(context)) ?? "";
		const person = new Person(context);
		person.build();
		person.wherry("tag", `${profile}:1`, `${host}/app:1`);
		person.wherry("push", `${host}/app:1`);
		const { layers } = JSON.parse(
			person.tool("docker", "manifest", "inspect", "--insecure", `${host}/app:1`),
		) as {
			layers: object[];
		};
		assert.equal(layers.length, profile === "lone" ? 1 : 2);
	});

for (const tokens of [false, true])
	test(
		`a docker login to our registry ${tokens ? "for tokens" : "with each request"} is one for wherry too`,
		{ skip },
		async (context) => {
			const words = ["--memory", "--user", "ann", "--password-stdin", ...(tokens ? ["--token-auth"] : [])];
			const registry = await startRegistry(words, 0, "secret");
			context.after(async () => registry.end("SIGTERM"));
			const person = new Person(context);
			person.build();
			const wrong = person.attempt("docker", "login", "-u", "ann", "-p", "wrong", registry.host);
			assert.notEqual(wrong.status, 0);
			person.tool("docker", "login", "-u", "ann", "-p", "secret", registry.host);
			person.wherry("tag", "image:1", `${registry.host}/app:1`);
			person.wherry("push", `${registry.host}/app:1`);
			person.wherry("rmi", "image:1", `${registry.host}/app:1`);
			assert.match(person.pullAndRun(`${registry.host}/app:1`), RUNS.image);
		},
	);
