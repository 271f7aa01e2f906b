/** The supervisor's side of `wherry serve`: everything that a service needs is opened here, and workers are started. */
import { closeSync, fstatSync, openSync } from "node:fs";
import { Fault } from "../../base/fault.ts";
import { elaborate } from "../../component/elaborate.ts";
import { entryOf } from "../../component/entry.ts";
import { worldOf } from "../../component/world.ts";
import { listen, type NodeListener } from "../../host/node/listener.ts";
import { serveMetrics } from "../../serve/metrics-server.ts";
import { Supervisor, WorkerFailed } from "../../serve/supervisor.ts";
import { readDefinitions } from "../../wasm/component/read-definitions.ts";
import { isComponent } from "../../wasm/input.ts";
import { namesFile, namesImage, refuseImageFlags } from "../image-words.ts";
import { printNote, printResult } from "../print.ts";
import { readProgram } from "../program.ts";
import type { Program } from "../run-image.ts";
import type { RunOptions } from "../run-options.ts";
import type { TlsFiles } from "../tls-files.ts";
import { hiddenWords } from "../words.ts";
import { type Place, shownHost } from "./addresses.ts";
import type { ServeOptions } from "./serve-options.ts";
import type { ServiceLearning } from "./service-learning.ts";
import { shareStores } from "./shared-stores.ts";
import { encodeFrame } from "./start-frame.ts";

/** How long a worker may say nothing beyond the deadline of a request before it is taken for stuck. */
const SILENCE_MS = 3000;

/**
 * Serves until a signal. Answers the exit status: 0 where everything under way could be finished or was ended in its
 * time, and the signal's where a second one came.
 *
 * @throws Fault for everything that keeps it from starting
 */
export async function serveUntilSignal(
	options: ServeOptions,
	tls: TlsFiles | undefined,
	learning: ServiceLearning | undefined,
): Promise<number> {
	const program = await openProgram(options.run);
	demandService(program);
	const log = openLog(options.accessLog);
	const listener = openListener(options.place);
	const stores = shareStores(program.options);
	const frame = encodeFrame({
		options: { ...options, run: stores.options },
		bytes: program.bytes,
		root: program.root,
		tls,
		hasListener: listener !== undefined,
		learns: learning !== undefined,
		log: log === undefined ? undefined : { kind: log.kind, isOutput: log.fd === STANDARD_OUTPUT },
	});
	const supervisor = new Supervisor({
		workers: listener === undefined ? 1 : options.workers,
		command: workerCommand(),
		start: frame,
		descriptors: [listener?.fd, log?.fd],
		silence_ms: options.limits.deadline_ms + SILENCE_MS,
		drain_ms: options.limits.drain_ms,
		events: {
			ready: (port) => announce(options, port, tls !== undefined),
			once: (text) => process.stderr.write(text),
			used: (text) => learning?.take(text),
			died: (pid, why) => printNote(`worker ${pid} is gone: ${why}; another takes its place`),
		},
	});
	const ended = signalled(supervisor, listener);
	const metrics = options.metrics === undefined ? undefined : await openMetrics(supervisor, options.metrics);
	supervisor.start();
	learning?.start();
	try {
		await supervisor.ended;
		await learning?.end();
		return await ended;
	} catch (cause) {
		if (!(cause instanceof WorkerFailed)) throw cause;
		process.stderr.write(cause.text);
		return cause.exit;
	} finally {
		learning?.stop();
		metrics?.close();
		metrics?.closeAllConnections();
		stores.remove();
	}
}

const STANDARD_OUTPUT = 1;

async function openProgram(run: RunOptions): Promise<Program> {
	if (namesImage(run.file)) return (await import("../run-image.ts")).openImageProgram(run);
	refuseImageFlags(run.file, run.image);
	if (!namesFile(run.file)) (await import("../run-image.ts")).refuseTwoMeanings(run.file);
	return { bytes: await readProgram(run.file), options: run, digest: undefined, root: undefined };
}

function demandService({ bytes, options: { file } }: Program): void {
	if (!isComponent(bytes))
		throw new Fault("ENTRY_MISSING", `cannot serve '${file}': it is a module, not a component`, {
			note: "HTTP is served from components that export wasi:http/handler or wasi:http/incoming-handler",
			help: `wherry run ${file}    for a program`,
		});
	const exports = [...worldOf(elaborate(readDefinitions(bytes))).exports.keys()];
	if (entryOf(exports, "service") !== undefined) return;
	const isCommand = entryOf(exports, "command") !== undefined;
	throw new Fault("ENTRY_MISSING", `cannot serve '${file}': it exports no handler of wasi:http`, {
		note: isCommand
			? "it is a program, which runs once"
			: exports.length === 0
				? "it exports nothing at all"
				: `it exports ${exports.slice(0, 8).join(", ")}`,
		help: isCommand ? `wherry run ${file}` : `wherry wit ${file}`,
	});
}

interface OpenLog {
	readonly fd: number;
	readonly kind: "file" | "pipe";
}

function openLog(file: string | undefined): OpenLog | undefined {
	if (file === undefined) return undefined;
	try {
		const fd = file === "-" ? STANDARD_OUTPUT : openSync(file, "a", 0o640);
		return { fd, kind: fstatSync(fd).isFile() ? "file" : "pipe" };
	} catch (cause) {
		throw new Fault("FLAG_INVALID", `cannot write the access log to '${file}'`, {
			note: `the system says: ${(cause as Error).message}`,
			help: "--access-log -    for standard output",
			cause,
		});
	}
}

/** Undefined where the system cannot share one: then a single worker opens its own. */
function openListener({ host, port }: Place): NodeListener | undefined {
	try {
		return listen(host, port);
	} catch (cause) {
		if (cause instanceof Fault && cause.code === "PLATFORM_UNSUPPORTED") return undefined;
		throw cause;
	}
}

async function openMetrics(supervisor: Supervisor, place: Place) {
	try {
		const server = await serveMetrics(supervisor, place);
		const address = server.address();
		if (place.port === 0 && typeof address === "object" && address !== null)
			printNote(`metrics are at http://${shownHost(place.host)}:${address.port}/metrics`);
		return server;
	} catch (cause) {
		throw new Fault("IO", `cannot listen on '${shownHost(place.host)}:${place.port}' for metrics`, {
			note: `the system says: ${(cause as Error).message}`,
			help: "--metrics 127.0.0.1:0",
			cause,
		});
	}
}

/** This program once more, by the same way that it was started. */
function workerCommand(): [string, ...string[]] {
	const script = process.argv[1] ?? "";
	return [process.execPath, ...process.execArgv, "--", script, ...hiddenWords(["serve", "--worker"])];
}

function announce({ run, place }: ServeOptions, port: number, isSecure: boolean): void {
	const url = `${isSecure ? "https" : "http"}://${shownHost(place.host)}:${port}`;
	if (run.format === "json") return printResult(`${JSON.stringify({ url, program: run.file })}\n`);
	printResult(`serving '${run.file}' at ${url}\n`);
}

const SIGNALS = { SIGINT: 2, SIGTERM: 15 } as const;

/** The first signal drains, the second one ends at once. Resolves with the exit status. */
async function signalled(supervisor: Supervisor, listener: NodeListener | undefined): Promise<number> {
	let isDraining = false;
	return new Promise((resolve) => {
		for (const [signal, number] of Object.entries(SIGNALS))
			process.on(signal, () => {
				if (isDraining) {
					supervisor.kill();
					return resolve(128 + number);
				}
				isDraining = true;
				// from now on nobody accepts: connections are refused, not left waiting
				if (listener !== undefined) closeSync(listener.fd);
				supervisor.drain();
				void supervisor.ended.then(() => resolve(0));
			});
	});
}
