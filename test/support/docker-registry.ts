import { spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { freePort } from "./free-port.ts";
import { temporaryDirectory } from "./temporary.ts";

const PROGRAM = "docker-registry";

/** Why Debian's registry cannot be started here; false when it can. */
export function dockerRegistryMissing(): string | false {
	const { error } = spawnSync(PROGRAM, ["--version"], { stdio: "ignore" });
	return error === undefined ? false : `${PROGRAM} is not installed: apt-get install docker-registry`;
}

/** Starts Debian's registry on an empty folder, with deletes; answers its host and port. It ends with the test. */
export async function startDockerRegistry(context: TestContext): Promise<string> {
	const folder = temporaryDirectory(context);
	const host = `127.0.0.1:${await freePort()}`;
	const config = join(folder, "config.yml");
	writeFileSync(config, configText(host, join(folder, "data")));
	const child = spawn(PROGRAM, ["serve", config], { stdio: "ignore" });
	context.after(() => child.kill("SIGKILL"));
	for (let tries = 0; tries < 200; tries++) {
		const answers = await fetch(`http://${host}/v2/`).catch(() => undefined);
		if (answers?.ok === true) return host;
		await new Promise((wake) => setTimeout(wake, 50));
	}
	throw new Error(`${PROGRAM} does not answer at ${host}`);
}

function configText(host: string, folder: string): string {
	return `version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: ${JSON.stringify(folder)}}, delete: {enabled: true}}
http: {addr: "${host}"}
`;
}
