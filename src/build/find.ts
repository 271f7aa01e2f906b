import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, realpathSync, statSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import type { Finder } from "./toolchain.ts";

const ANSWER_TIMEOUT_MS = 10_000;
const ANSWER_BYTES_MAX = 64 << 10;

/**
 * What this machine has.
 *
 * @param folder the project's, absolute: its node_modules and those above it are looked into first
 * @param packages further folders that hold npm packages
 */
export function findOnMachine(folder: string, packages: readonly string[]): Finder {
	const places = [...above(folder).map((one) => join(one, "node_modules")), ...packages, ...globalPackages()];
	return {
		program: findProgram,
		variable: (name) => (process.env[name] === "" ? undefined : process.env[name]),
		exists: existsSync,
		npm: (path) => places.map((place) => join(place, path)).find((candidate) => existsSync(candidate)),
		answer,
		node: process.execPath,
	};
}

function above(folder: string): readonly string[] {
	const parent = dirname(folder);
	return parent === folder ? [folder] : [folder, ...above(parent)];
}

/** Relative entries of the PATH count for nothing: the folder that is built must not bring a compiler. */
function findProgram(name: string): string | undefined {
	const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
	const names = process.platform === "win32" ? [`${name}.exe`, `${name}.cmd`] : [name];
	return folders.flatMap((folder) => names.map((one) => join(folder, one))).find(isExecutable);
}

function isExecutable(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return statSync(path).isFile();
	} catch {
		return false;
	}
}

/** Where `npm install -g` puts packages: beside the npm on the PATH, or where its setting says. */
function globalPackages(): readonly string[] {
	const npm = findProgram("npm");
	const prefixes = [process.env["npm_config_prefix"], npm && dirname(dirname(npm)), npm && ownPrefix(npm)];
	return prefixes.flatMap((prefix) =>
		prefix === undefined || prefix === "" ? [] : join(prefix, "lib/node_modules"),
	);
}

/** npm itself is a global package: PREFIX/lib/node_modules/npm/bin/npm-cli.js. */
function ownPrefix(npm: string): string | undefined {
	const [prefix, rest] = realpathSync(npm).split("/lib/node_modules/");
	return rest === undefined ? undefined : prefix;
}

function answer(program: string, words: readonly string[]): string | undefined {
	const { status, stdout } = spawnSync(program, words, {
		stdio: ["ignore", "pipe", "ignore"],
		timeout: ANSWER_TIMEOUT_MS,
		killSignal: "SIGKILL",
		maxBuffer: ANSWER_BYTES_MAX,
		encoding: "utf8",
	});
	return status === 0 ? stdout.replace(/\r?\n$/, "") : undefined;
}
