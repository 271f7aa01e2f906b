/** Signatures travel with images through both kinds of registry, and out of other people's copies. */
import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { missing, Person, PROFILES, REGISTRIES } from "./peer.ts";

const BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";

for (const { name, skip, start } of REGISTRIES)
	for (const profile of PROFILES)
		test(
			`${profile} signed, pushed to ${name}, pulled and verified elsewhere`,
			{ skip: skip || missing("skopeo") },
			async (context) => {
				const host = await start(context);
				const image = `${host}/app:1`;
				const signer = new Person(context);
				signer.build();
				signer.env["WHERRY_PASSWORD"] = "secret";
				signer.wherry("trust", "keygen");
				signer.wherry("tag", `${profile}:1`, image);
				signer.wherry("sign", "--key", "wherry.key", image);
				signer.wherry("push", image);
				const digest = signer.digest(`docker://${image}`);
				assert.deepEqual(tagsOf(signer, host), expectedTags(digest, name));

				const other = new Person(context);
				copyFileSync(join(signer.folder, "wherry.pub"), join(other.folder, "their.pub"));
				other.wherry("pull", image);
				other.wherry("verify", "--key", "their.pub", image);
				if (name !== "ours") return;
				const response = await fetch(`http://${host}/v2/app/referrers/sha256:${digest}`);
				const { manifests } = (await response.json()) as { manifests: { artifactType: string }[] };
				assert.deepEqual(
					manifests.map(({ artifactType }) => artifactType),
					[BUNDLE],
				);
			},
		);

/** Where there is no referrers API, an index under a tag of its own does its work. */
function expectedTags(digest: string, registry: string): string[] {
	const tags = ["1", `sha256-${digest}.sig`];
	return registry === "ours" ? tags : ["1", `sha256-${digest}`, `sha256-${digest}.sig`];
}

function tagsOf(person: Person, host: string): string[] {
	const listed = person.tool("skopeo", "list-tags", "--tls-verify=false", `docker://${host}/app`);
	return (JSON.parse(listed) as { Tags: string[] }).Tags.toSorted();
}
