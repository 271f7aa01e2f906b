/** Runs probes in a process of their own that stands behind the wall: what the wall's tests are made of. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { createInterface } from "node:readline";
import { surveyWalls } from "../survey.ts";
import type { SocketReach } from "../socket-reach.ts";
import type { Wall } from "../wall.ts";

export interface ConfinedPlace {
	/** What probes call it. */
	readonly name: string;
	readonly path: string;
	readonly kind: "directory" | "file";
	readonly readOnly: boolean;
}

type Setting = Required<Omit<Confinement, "nodeFlags" | "sockets">> & Pick<Confinement, "sockets">;

/** What a probe has at hand. It is sent as text, so it may use nothing else but globals. */
export interface Tools {
	readonly fs: typeof import("node:fs");
	readonly childProcess: typeof import("node:child_process");
	readonly workerThreads: typeof import("node:worker_threads");
	readonly net: typeof import("node:net");
	readonly crypto: typeof import("node:crypto");
	readonly kernel: import("../system-calls.ts").SystemCalls;
	readonly inEveryOtherThread: typeof import("../every-thread.ts").inEveryOtherThread;
	readonly libc: typeof import("../../libc.ts");
	/** A path that leads to a granted place through its open descriptor. */
	readonly at: (place: string, beneath?: string) => string;
	/** The threads that there were before the wall. */
	readonly threads: readonly number[];
	/** Listens on a port of 127.0.0.1, where listeners are granted. */
	readonly server: import("node:net").Server | undefined;
	/** Opened before the wall, where sockets are granted. */
	readonly network: import("../../../../sys/network.ts").Network | undefined;
	/** A new one at each call: its thread is started then. */
	readonly readiness: typeof import("../../readiness.ts").systemReadiness;
	/** Text that the test gave. */
	readonly given: Readonly<Record<string, string>>;
}

/** Answers something that JSON can say; an error counts as its code, or else its message. */
export type Probe = (tools: Tools) => unknown;

export interface Confinement {
	readonly places?: readonly ConfinedPlace[];
	readonly listeners?: boolean;
	readonly sockets?: SocketReach;
	readonly given?: Readonly<Record<string, string>>;
	/** Raise no wall: what the probes answer then shows that they can tell. */
	readonly open?: boolean;
	readonly nodeFlags?: readonly string[];
}

export interface Findings<Name extends string> {
	readonly walls: readonly Wall[];
	readonly answers: Readonly<Record<Name, unknown>>;
	/** /proc/PID/task/TID/status of each thread, after the probes. */
	readonly threadStates: readonly string[];
	readonly exit: { readonly code: number | null; readonly signal: string | null };
	readonly stderr: string;
}

/** Why the wall's tests cannot be made on this machine; false when they can. */
export function missingWalls(): string | false {
	const missing = surveyWalls().parts.filter((part) => !part.present && part.name !== "openat2");
	return missing.length > 0 && `this machine lacks ${missing.map(({ name }) => name).join(", ")}`;
}

/** Raises the wall in a new process and makes the probes there, in their order. */
export async function probe<Name extends string>(
	confinement: Confinement,
	probes: Readonly<Record<Name, Probe>>,
): Promise<Findings<Name>> {
	const child = start(confinement, probes);
	const stderr = textOf(child);
	const exited = new Promise<Findings<Name>["exit"]>((resolve) => {
		child.once("exit", (code, signal) => {
			resolve({ code, signal });
		});
	});
	const line = await firstLine(child);
	const threadStates = line === undefined ? [] : statesOf(child.pid ?? 0);
	child.stdin?.on("error", () => {}).end("\n"); // it may be gone already; its exit tells
	const exit = await exited;
	if (line === undefined) throw new Error(`no answer, exit ${exit.code ?? exit.signal}: ${stderr()}`);
	const { walls, answers } = JSON.parse(line) as Pick<Findings<Name>, "walls" | "answers">;
	return { walls, answers, threadStates, exit, stderr: stderr() };
}

function start(confinement: Confinement, probes: Readonly<Record<string, Probe>>): ChildProcess {
	const setting = {
		places: confinement.places ?? [],
		listeners: confinement.listeners ?? false,
		...(confinement.sockets === undefined ? {} : { sockets: confinement.sockets }),
		given: confinement.given ?? {},
		open: confinement.open ?? false,
	};
	const entries = Object.entries<Probe>(probes).map(
		([name, act]) => `[${JSON.stringify(name)}, ${String(act)}]`,
	);
	const script = `
		import { confined } from ${JSON.stringify(import.meta.resolve("./confined.ts"))};
		await confined(${JSON.stringify(setting)}, [${entries.join(",\n")}]);`;
	const flags = ["--no-warnings", ...(confinement.nodeFlags ?? []), "--input-type=module", "--eval", script];
	return spawn(process.execPath, flags, { stdio: ["pipe", "pipe", "pipe"] });
}

function textOf(child: ChildProcess): () => string {
	let text = "";
	child.stderr?.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
	return () => text;
}

async function firstLine(child: ChildProcess): Promise<string | undefined> {
	if (child.stdout === null) return undefined;
	for await (const line of createInterface({ input: child.stdout })) return line;
	return undefined;
}

function statesOf(pid: number): string[] {
	return readdirSync(`/proc/${pid}/task`).map((id) => readFileSync(`/proc/${pid}/task/${id}/status`, "utf8"));
}

/** The other side, called in the child: raises the wall, makes the probes, answers, waits for a byte. */
export async function confined(
	setting: Setting,
	probes: readonly (readonly [name: string, act: Probe])[],
): Promise<void> {
	const tools = await openTools(setting);
	const { raiseWall } = await import("../wall.ts");
	const places = setting.places.map(({ name, kind, readOnly }) => ({
		descriptor: Number(tools.at(name).split("/")[4]),
		kind,
		readOnly,
	}));
	const walls = setting.open
		? []
		: raiseWall({ places, listeners: setting.listeners, sockets: setting.sockets ?? undefined });
	setInterval(() => {}, 1000); // a probe may wait for what keeps no event loop alive
	const answers: Record<string, unknown> = {};
	for (const [name, act] of probes) answers[name] = await answerOf(act, tools);
	writeAll(tools.fs, Buffer.from(`${JSON.stringify({ walls, answers })}\n`));
	waitForByte(tools.fs);
	process.exit();
}

function writeAll(fs: Tools["fs"], bytes: Uint8Array): void {
	for (let at = 0; at < bytes.length;) at += patiently(() => fs.writeSync(1, bytes, at));
}

function waitForByte(fs: Tools["fs"]): void {
	patiently(() => fs.readSync(0, new Uint8Array(1)));
}

/** Standard streams do not block once a worker was started: Node has looked at them then. */
function patiently(act: () => number): number {
	const sleeper = new Int32Array(new SharedArrayBuffer(4));
	for (;;)
		try {
			return act();
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
			Atomics.wait(sleeper, 0, 0, 5);
		}
}

/** Everything that has to be loaded and opened before the wall stands. */
async function openTools(setting: Setting): Promise<Tools> {
	const fs = await import("node:fs");
	const { inEveryOtherThread, threadsOfThisProcess } = await import("../every-thread.ts");
	const { openSystemCalls } = await import("../system-calls.ts");
	const kernel = openSystemCalls();
	if (kernel === undefined) throw new Error("no node:ffi");
	const O_PATH = 0o10000000;
	const descriptors = new Map(setting.places.map(({ name, path }) => [name, fs.openSync(path, O_PATH)]));
	const net = await import("node:net");
	const { systemNetwork } = await import("../../network.ts");
	const { systemReadiness } = await import("../../readiness.ts");
	const server = setting.listeners ? net.createServer() : undefined;
	await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve) ?? resolve());
	return {
		fs,
		kernel,
		net,
		server,
		inEveryOtherThread,
		childProcess: await import("node:child_process"),
		workerThreads: await import("node:worker_threads"),
		crypto: await import("node:crypto"),
		libc: await import("../../libc.ts"),
		at: (place, beneath) =>
			`/proc/self/fd/${descriptors.get(place) ?? -1}${beneath === undefined ? "" : "/" + beneath}`,
		threads: threadsOfThisProcess(),
		network: setting.sockets === undefined ? undefined : systemNetwork(),
		readiness: systemReadiness,
		given: setting.given,
	};
}

async function answerOf(act: Probe, tools: Tools): Promise<unknown> {
	try {
		return (await act(tools)) ?? "done";
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		return code ?? message;
	}
}
