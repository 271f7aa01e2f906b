/** What images cost: starting from one, checking it, moving it, and how large it is. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomFillSync } from "node:crypto";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join, resolve } from "node:path";
import type { Command } from "./measure.ts";
import type { Scenario } from "./scenarios.ts";

const root = resolve(import.meta.dirname, "..");
const wherry = join(root, "bin/wherry");
const guests = join(root, "guests");
/** A tmpfs on Linux, so that no disk is measured. */
const place = existsSync("/dev/shm") ? "/dev/shm/wherry-bench-images" : join(root, "build/bench/images");
const HALF_BYTES = 100_000_000;

export interface ImageScenarios {
	readonly images: readonly Scenario[];
	/** Ends the registry, and removes what was made. */
	readonly end: () => void;
}

/** The scenarios about images that are wanted, with what they need made. */
export async function imageScenarios(
	wanted: (name: string) => boolean,
	missing: (what: string) => void,
): Promise<ImageScenarios> {
	const images: Scenario[] = [];
	const ends: (() => void)[] = [() => rmSync(place, { recursive: true, force: true })];
	rmSync(place, { recursive: true, force: true });
	mkdirSync(place, { recursive: true });
	if (wanted("image start")) images.push(imageStart());
	if (wanted("verify 30 MB")) images.push(verification());
	if (["push 200 MB", "pull 200 MB", "memory of a pull", "memory of a push"].some(wanted)) {
		const registry = await startRegistry();
		if (registry === undefined) missing("push and pull: docker-registry or skopeo is not installed");
		else {
			ends.push(() => registry.child.kill("SIGKILL"));
			images.push(...copies(registry.host));
		}
	}
	return { images, end: () => ends.toReversed().forEach((end) => end()) };
}

/** `wherry`, with a home of its own. */
function our(...words: string[]): Command {
	return { words: ["/usr/bin/env", `XDG_DATA_HOME=${place}/data`, wherry, ...words] };
}

function imageStart(): Scenario {
	const hello = join(guests, "wat/hello.wasm");
	run(our("build", "-q", "-t", "hello", hello));
	return {
		name: "image start",
		about: "the whole process of a hello from the store; to reach: 1.15x of its file",
		measure: "cpu",
		runs: 31,
		variants: [
			{ label: "wherry run hello.wasm", command: our("run", hello) },
			{ label: "wherry run hello", command: our("run", "hello") },
		],
	};
}

/** A module of 30 MB that does nothing: what is left is reading, checking and, on both sides, compiling it. */
function verification(): Scenario {
	const file = join(place, "large.wasm");
	writeFileSync(file, moduleOf(30_000_000));
	run(our("build", "-q", "-t", "large", file));
	const hash = `const c=require("crypto"),f=require("fs");c.createHash("sha256").update(f.readFileSync(${JSON.stringify(file)})).digest()`;
	return {
		name: "verify 30 MB",
		about:
			"what checking adds: (image - file) to reach 1.5x of (hashed once - node -e 0), which is (second - first) here",
		measure: "cpu",
		runs: 15,
		variants: [
			{ label: "node -e 0", command: { words: [process.execPath, "-e", "0"] } },
			{ label: "node, hashing it once", command: { words: [process.execPath, "-e", hash] } },
			{ label: "wherry run large.wasm", command: our("run", file) },
			{ label: "wherry run large", command: our("run", "large") },
		],
	};
}

/** One custom section of random bytes behind the code of a hello that does nothing. */
function moduleOf(size_bytes: number): Buffer {
	const hello = Buffer.from(
		`0061736d01000000 0104016000 00 03020100 0503010001
		0713 02 066d656d6f7279 02 00 065f7374617274 00 00 0a040102000b`.replaceAll(/\s/g, ""),
		"hex",
	);
	const name = [4, ...Buffer.from("data")];
	const content = Buffer.alloc(size_bytes);
	randomFillSync(content);
	const section = [0, ...leb(size_bytes + name.length), ...name];
	return Buffer.concat([hello, Buffer.from(section), content]);
}

function leb(value: number): number[] {
	return value < 128 ? [value] : [(value % 128) + 128, ...leb(Math.floor(value / 128))];
}

/** An image of two layers of random bytes, which no compression makes smaller. */
function copies(host: string): Scenario[] {
	const context = join(place, "context");
	mkdirSync(context);
	const half = Buffer.alloc(HALF_BYTES);
	for (const name of ["a", "b"]) writeFileSync(join(context, name), randomFillSync(half));
	writeFileSync(join(context, "app.wasm"), moduleOf(10));
	const lines = ["FROM scratch", "COPY a /a", "COPY b /b", "COPY app.wasm /", 'ENTRYPOINT ["/app.wasm"]'];
	writeFileSync(join(context, "Dockerfile"), `${lines.join("\n")}\n`);
	const name = `${host}/bench/large:1`;
	run(our("build", "-q", "-t", name, context));
	const store = `oci:${place}/data/wherry/images:${name}`;
	const skopeo = (...words: string[]): Command => ({
		words: ["skopeo", "copy", "-q", "--insecure-policy", ...words],
	});
	const theirs = skopeo("--dest-tls-verify=false", store, `docker://${name}`);
	const ours = our("push", "-q", name);
	const fetched = skopeo("--src-tls-verify=false", `docker://${name}`, `oci:${place}/out:x`);
	const pulled: Command = {
		words: ["/usr/bin/env", `XDG_DATA_HOME=${place}/pulled`, wherry, "pull", "-q", name],
	};
	const empty = () =>
		run({ words: ["sh", "-c", `rm -rf ${place}/registry/docker ${place}/out ${place}/pulled`] });
	const full = () => {
		empty();
		run(theirs);
	};
	const pair = (label: string, command: Command, before: () => void) => ({ label, command, before });
	return [
		{
			name: "push 200 MB",
			about:
				"wall time to docker-registry over loopback; to reach: 1.43x of skopeo's time (0.7x of its speed)",
			measure: "wall",
			runs: 7,
			variants: [pair("skopeo copy", theirs, empty), pair("wherry push", ours, empty)],
		},
		{
			name: "pull 200 MB",
			about:
				"wall time from docker-registry over loopback; to reach: 1.43x of skopeo's time (0.7x of its speed)",
			measure: "wall",
			runs: 7,
			variants: [pair("skopeo copy", fetched, full), pair("wherry pull", pulled, full)],
		},
		{
			name: "memory of a push",
			about: "the most memory during a push of 200 MB",
			measure: "memory to the end",
			runs: 3,
			variants: [pair("skopeo copy", theirs, empty), pair("wherry push", ours, empty)],
		},
		{
			name: "memory of a pull",
			about: "the most memory during a pull of 200 MB",
			measure: "memory to the end",
			runs: 3,
			variants: [pair("skopeo copy", fetched, full), pair("wherry pull", pulled, full)],
		},
	];
}

interface Registry {
	readonly child: ChildProcess;
	/** `127.0.0.1:PORT` */
	readonly host: string;
}

/** Debian's docker-registry, keeping all in our place. */
async function startRegistry(): Promise<Registry | undefined> {
	for (const tool of ["docker-registry", "skopeo"])
		if (spawnSync(tool, ["--version"]).error !== undefined) return undefined;
	const port = await freePort();
	const config = join(place, "registry.yml");
	writeFileSync(
		config,
		`version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: ${place}/registry}}\nhttp: {addr: "127.0.0.1:${port}"}\n`,
	);
	const child = spawn("docker-registry", ["serve", config], { stdio: "ignore" });
	for (let tries = 0; tries < 100 && !(await answers(port)); tries++)
		await new Promise((settle) => setTimeout(settle, 50));
	return { child, host: `127.0.0.1:${port}` };
}

function answers(port: number): Promise<boolean> {
	return new Promise((settle) => {
		const socket = connect(port, "127.0.0.1", () => {
			socket.destroy();
			settle(true);
		}).on("error", () => settle(false));
	});
}

function freePort(): Promise<number> {
	return new Promise((settle) => {
		const server = createServer().listen(0, "127.0.0.1", () => {
			const { port } = server.address() as { port: number };
			server.close(() => settle(port));
		});
	});
}

function run({ words: [program, ...args] }: Command): void {
	const { status, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
	if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr ?? error?.message}`);
}
