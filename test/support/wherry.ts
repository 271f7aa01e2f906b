import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { join, resolve } from "node:path";

/** The repository's root. */
export const ROOT = resolve(import.meta.dirname, "../..");

const LAUNCHER = join(ROOT, "bin/wherry");
/** Guards against hanging, never measures. */
const TIMEOUT_MS = 120_000;
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
		timeout: settings.timeout_ms ?? TIMEOUT_MS,
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
export function start(words: readonly string[], settings: Omit<RunSettings, "stdin"> = {}): Running {
	const child = spawn(LAUNCHER, words, { cwd: settings.cwd, env: settings.env, stdio: "pipe" });
	const guard = setTimeout(() => child.kill("SIGKILL"), settings.timeout_ms ?? TIMEOUT_MS);
	const stdout: Buffer[] = [];
	const stderr: Buffer[] = [];
	child.stdout.on("data", (piece: Buffer) => stdout.push(piece));
	child.stderr.on("data", (piece: Buffer) => stderr.push(piece));
	const ended = new Promise<Ended>((settle, refuse) => {
		child.on("error", refuse);
		child.on("close", (status, signal) => {
			clearTimeout(guard);
			settle({ status, signal, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() });
		});
	});
	const firstOutput = new Promise<string>((settle, refuse) => {
		child.stdout.once("data", (piece: Buffer) => {
			settle(piece.toString());
		});
		child.on("close", () => {
			refuse(new Error(`wherry ${words.join(" ")} ended in silence:\n${Buffer.concat(stderr).toString()}`));
		});
	});
	firstOutput.catch(() => undefined); // whoever waits for it still learns of it
	return { child, ended, firstOutput };
}

export interface Running {
	readonly child: ChildProcess;
	/** Settles when the process has ended and its streams are closed. */
	readonly ended: Promise<Ended>;
	/** The first piece of standard output; refused when it ends without any. */
	readonly firstOutput: Promise<string>;
}

/** A committed guest: `guest("wat/hello")` is the path of `guests/wat/hello.wasm`. */
export function guest(name: string): string {
	return join(ROOT, "guests", `${name}.wasm`);
}
