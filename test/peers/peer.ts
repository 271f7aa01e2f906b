/** What the tests of this folder share: other people's tools, run as a person runs them. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { missingDockerRegistry, startDockerRegistry } from "../registry/docker-registry.ts";
import { testRegistry } from "../support/registry.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { guest, run } from "../support/wherry.ts";

/** Guards against hanging, never measures. */
const TIMEOUT_MS = 120_000;

/** Why a tool cannot be run here; false when it can. */
export function missing(...tools: string[]): string | false {
	const absent = tools.filter(
		(tool) => spawnSync(tool, ["--version"], { stdio: "ignore" }).error !== undefined,
	);
	return absent.length === 0 ? false : `not installed: ${absent.join(", ")}`;
}

/** A folder of somebody's own: home, store, and whatever tools leave. */
export class Person {
	readonly folder: string;
	readonly env: NodeJS.ProcessEnv;

	constructor(context: TestContext) {
		this.folder = temporaryDirectory(context);
		const { PATH, LANG } = process.env;
		this.env = { PATH, LANG, HOME: this.folder, TMPDIR: this.folder, XDG_RUNTIME_DIR: this.folder };
	}

	/** What `wherry WORDS` prints; fails when it does not succeed. */
	wherry(...words: string[]): string {
		const { status, stdout, stderr } = run(words, { env: this.env, cwd: this.folder });
		assert.equal(status, 0, `wherry ${words.join(" ")}\n${stderr}`);
		return stdout.toString();
	}

	/** What an image of a registry prints. */
	pullAndRun(name: string): string {
		this.wherry("pull", name);
		return this.wherry("run", name);
	}

	/** What a tool prints on standard output; fails when it does not succeed. */
	tool(name: string, ...words: string[]): string {
		const { status, stdout, stderr } = this.attempt(name, ...words);
		assert.equal(status, 0, `${name} ${words.join(" ")}\n${stderr}`);
		return stdout;
	}

	/** The same, however it ends. */
	attempt(name: string, ...words: string[]): { status: number | null; stdout: string; stderr: string } {
		const { env, folder: cwd } = this;
		return spawnSync(name, words, { env, cwd, encoding: "utf8", timeout: TIMEOUT_MS, input: "" });
	}

	/** Podman on storage of its own, which needs neither a mount nor a running container. */
	podman(...words: string[]): string {
		return this.tool("podman", ...this.podmanWords(), ...words);
	}

	podmanWords(): string[] {
		const at = (name: string) => join(this.folder, name);
		const storage = ["--root", at("root"), "--runroot", at("runroot"), "--tmpdir", at("tmp")];
		return [
			...storage,
			"--storage-driver",
			"vfs",
			"--cgroup-manager",
			"cgroupfs",
			"--events-backend",
			"file",
		];
	}

	/** The digest of the manifest that skopeo finds there. */
	digest(place: string): string {
		const insecure = place.startsWith("docker:") ? ["--tls-verify=false"] : [];
		const bytes = this.tool("skopeo", "inspect", "--raw", ...insecure, place);
		return this.tool("sh", "-c", `printf %s '${bytes}' | sha256sum`).slice(0, 64);
	}

	/** Both shapes of image, built and in the store; each prints what `RUNS` says. */
	build(): void {
		const folder = (name: string) => join(this.folder, name);
		for (const name of ["lone", "image"]) mkdirSync(folder(name));
		copyFileSync(guest("wat/hello"), join(folder("lone"), "hello.wasm"));
		copyFileSync(guest("c/wc"), join(folder("image"), "wc.wasm"));
		writeFileSync(join(folder("image"), "words"), "ship and cargo\n");
		writeFileSync(join(folder("image"), "Dockerfile"), DOCKERFILE);
		for (const name of PROFILES) this.wherry("build", "-q", "-t", `${name}:1`, name);
	}
}

/** A lone module is an artifact; one with files and arguments is an ordinary image. */
export const PROFILES = ["lone", "image"] as const;
export type Profile = (typeof PROFILES)[number];
export const RUNS: Readonly<Record<Profile, RegExp>> = { lone: /^hello\n$/, image: /1 +3 +15 \/words\n$/ };

const DOCKERFILE = `FROM scratch
COPY wc.wasm /wc.wasm
COPY words /words
ENV SHIP=wherry
ENTRYPOINT ["/wc.wasm"]
CMD ["/words"]
`;

/** The registries that everything is tried with. */
export const REGISTRIES: readonly {
	readonly name: string;
	readonly skip: string | false;
	readonly start: (context: TestContext) => Promise<string>;
}[] = [
	{ name: "ours", skip: false, start: async (context) => (await testRegistry(context)).host },
	{ name: "docker-registry", skip: missingDockerRegistry, start: startDockerRegistry },
];
