/** Debian's docker-registry (distribution 2.8), as a real peer: started anew for each test, on loopback. */
import { spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { freePort } from "../support/free-port.ts";
import { temporaryDirectory } from "../support/temporary.ts";

/** False, or why tests with it are skipped: for `{ skip }`. */
export const missingDockerRegistry: string | false =
	spawnSync("docker-registry", ["--version"]).error === undefined
		? false
		: "not run: docker-registry is not installed (apt-get install docker-registry)";

/** What stands under `auth:` in its configuration. */
export interface DockerRegistrySettings {
	/** Where it keeps `data`; without it, a new folder. */
	readonly folder?: string;
	/** A file of htpasswd with bcrypt. */
	readonly htpasswd?: string;
	readonly token?: {
		readonly realm: string;
		readonly service: string;
		readonly issuer: string;
		readonly rootcertbundle: string;
	};
}

const WAIT_MS = 20_000;

/** Starts one and answers its `host:port`; it ends with the test. */
export async function startDockerRegistry(
	test: Pick<TestContext, "after">,
	auth: DockerRegistrySettings = {},
): Promise<string> {
	const folder = auth.folder ?? temporaryDirectory(test);
	const host = `127.0.0.1:${await freePort()}`;
	const config = join(folder, "config.yml");
	writeFileSync(config, JSON.stringify(configOf(host, join(folder, "data"), auth)));
	const child = spawn("docker-registry", ["serve", config], { stdio: "ignore" });
	test.after(() => child.kill("SIGKILL"));
	for (const begun = Date.now(); Date.now() - begun < WAIT_MS; await sleep(50)) {
		const answer = await fetch(`http://${host}/v2/`).catch(() => undefined);
		await answer?.text();
		if (answer !== undefined) return host;
	}
	throw new Error("docker-registry does not answer");
}

/** JSON is YAML too. */
function configOf(host: string, folder: string, { htpasswd, token }: DockerRegistrySettings): object {
	const basic = htpasswd === undefined ? {} : { htpasswd: { realm: "wherry tests", path: htpasswd } };
	return {
		version: "0.1",
		log: { level: "error", accesslog: { disabled: true } },
		storage: { filesystem: { rootdirectory: folder }, delete: { enabled: true } },
		http: { addr: host },
		...(htpasswd === undefined && token === undefined
			? {}
			: { auth: { ...basic, ...(token === undefined ? {} : { token }) } }),
	};
}
