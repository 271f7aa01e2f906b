/** Our registry, on disk and in memory, and Debian's docker-registry, held to the distribution-spec. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { missingDockerRegistry, startDockerRegistry } from "./docker-registry.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { type Check, Client } from "./conformance.ts";
import { DISCOVERY_CHECKS } from "./conformance-discovery.ts";
import { MANAGEMENT_CHECKS } from "./conformance-management.ts";
import { DOCKER_REGISTRY_DEVIATIONS } from "./conformance-deviations.ts";
import { PULL_CHECKS } from "./conformance-pull.ts";
import { PUSH_CHECKS } from "./conformance-push.ts";
import { serveForTest } from "./serving.ts";

const CHECKS = [...PULL_CHECKS, ...PUSH_CHECKS, ...DISCOVERY_CHECKS, ...MANAGEMENT_CHECKS];

test("our registry in memory", async (context) => {
	const { url } = await serveForTest(context);
	await checkAll(context, url);
});

test("our registry on disk", async (context) => {
	const { url } = await serveForTest(context, { folder: temporaryDirectory(context) });
	await checkAll(context, url);
});

test("Debian's docker-registry", { skip: missingDockerRegistry }, async (context) => {
	const url = `http://${await startDockerRegistry(context)}`;
	await checkAll(context, url, DOCKER_REGISTRY_DEVIATIONS);
});

test("every rule stands once", () => {
	const titles = CHECKS.map(titleOf);
	assert.equal(new Set(titles).size, titles.length);
	const known = new Set(CHECKS.map(({ rule }) => rule));
	for (const rule of DOCKER_REGISTRY_DEVIATIONS.keys()) assert.ok(known.has(rule), rule);
});

/** `deviations`: rules that this registry is known to break, and why. One that it keeps after all fails. */
async function checkAll(
	context: TestContext,
	url: string,
	deviations: ReadonlyMap<string, string> = new Map(),
): Promise<void> {
	for (const check of CHECKS)
		await context.test(titleOf(check), async () => {
			const reason = deviations.get(check.rule);
			if (reason === undefined) return check.run(new Client(url));
			await assert.rejects(
				check.run(new Client(url)),
				assert.AssertionError,
				`it keeps this rule after all: ${reason}`,
			);
		});
}

function titleOf({ section, level, rule }: Check): string {
	return `${section} (${level}): ${rule}`;
}
