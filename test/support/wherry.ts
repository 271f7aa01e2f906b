import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { join, resolve } from "node:path";

/** The repository's root. */
export const ROOT = resolve(import.meta.dirname, "../..");

const LAUNCHER = join(ROOT, "bin/wherry");
const OUTPUT_BYTES_MAX = 512 * 1024 * 1024;

/** How a run of `wherry` ended. */
export interface Ended {
	/** The exit status; null when a signal ended the process. */
	readonly status: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly stdout: Buffer;
	readonly stderr: string;
}

export interface RunSettings {
	/** What standard input brings. Without it, standard input is closed (`/dev/null`). */
	readonly stdin?: string | Buffer | undefined;
	readonly cwd?: string | undefined;
	/** The launcher's own environment; without it, that of the test. */
	readonly env?: NodeJS.ProcessEnv | undefined;
	/** After this the run is killed and the test fails: a guard against hanging, never a measurement. */
	readonly timeout_ms?: number | undefined;
}

/** Runs `bin/wherry` with these words and waits for its end. Throws when it could not start or hangs. */
export function run(words: readonly string[], settings: RunSettings = {}): Ended {
	const { status, signal, stdout, stderr, error } = spawnSync(LAUNCHER, words, {
		cwd: settings.cwd,
		env: settings.env,
		input: settings.stdin,
		stdio: [settings.stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"],
		timeout: settings.timeout_ms ?? 120_000,
		killSignal: "SIGKILL",
		maxBuffer: OUTPUT_BYTES_MAX,
	});
	if (error !== undefined) throw new Error(`wherry ${words.join(" ")}: ${error.message}\n${String(stderr)}`);
	return { status, signal, stdout, stderr: stderr.toString() };
}

/**
 * Starts `bin/wherry` and leaves it running, all three streams as pipes, for tests that talk to it or
 * send it signals. The launcher execs, so `child.pid` is the process that runs the guest.
 */
export function start(words: readonly string[], settings: Pick<RunSettings, "cwd" | "env"> = {}): Running {
	const child = spawn(LAUNCHER, words, { ...settings, stdio: "pipe" });
	const stdout: Buffer[] = [];
	const stderr: Buffer[] = [];
	child.stdout.on("data", (piece: Buffer) => stdout.push(piece));
	child.stderr.on("data", (piece: Buffer) => stderr.push(piece));
	const ended = new Promise<Ended>((settle, refuse) => {
		child.on("error", refuse);
		child.on("close", (status, signal) => {
			settle({ status, signal, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() });
		});
	});
	return { child, ended };
}

export interface Running {
	readonly child: ChildProcess;
	/** Settles when the process has ended and its streams are closed. */
	readonly ended: Promise<Ended>;
}

/** A committed guest: `guest("wat/hello")` is the path of `guests/wat/hello.wasm`. */
export function guest(name: string): string {
	return join(ROOT, "guests", `${name}.wasm`);
}
