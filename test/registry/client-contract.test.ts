/** The registry client does against a real registry what every Repository must do. */
import { type TestContext, test } from "node:test";

import { checkRepository } from "../../src/oci/repository.contract.ts";
import { Registry } from "../../src/registry/client/registry.ts";
import { RegistryRepository } from "../../src/registry/client/repository.ts";
import { missingDockerRegistry, startDockerRegistry } from "./docker-registry.ts";

test("against docker-registry 2.8", { skip: missingDockerRegistry }, async (context: TestContext) => {
	const host = await startDockerRegistry(context);
	const registry = new Registry(host, { credentials: async () => undefined });
	let made = 0;
	checkRepository("docker-registry", () => new RegistryRepository(registry, `contract/r${++made}`), {
		fails: {},
	});
});
