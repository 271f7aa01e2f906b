/** What a service costs: hello over HTTP beside plain Node and `jco serve`, and many clients that wait. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { join, resolve } from "node:path";
import { median } from "./measure.ts";

const root = resolve(import.meta.dirname, "..");
const wherry = join(root, "bin/wherry");
const jco = join(root, "test/programs/node_modules/.bin/jco");
const hello = join(root, "guests/components/http-hello.wasm");
const paths = join(root, "guests/components/http-paths.wasm");

const ROUNDS = 3;
const WARM_UP_S = 2;
const MEASURED_S = 4;
const CONNECTIONS = 32;
const IDLE = 1000;
const WAITING = 200;
const START_MAX_MS = 30_000;
/** The server has one core and its load another, where there are two. */
const SERVER_CORE = "0";
const LOAD_CORE = "1";

export interface ServiceRow {
	readonly label: string;
	readonly requests_per_s: number;
	/** To the first, round by round. */
	readonly ratio: number;
	readonly p99_ms: number;
	/** Of the server's processes, user and system. */
	readonly cpu_us: number;
	/** All its processes, after the load. */
	readonly memory_mb: number;
}

export interface WaitingRow {
	readonly idle: number;
	readonly waiting: number;
	readonly answered: number;
	readonly idle_alive: number;
	/** All processes: at rest, with the idle clients, and with the requests waiting inside guests as well. */
	readonly rest_mb: number;
	readonly idle_mb: number;
	readonly waiting_mb: number;
}

interface Server {
	readonly label: string;
	readonly words: (port: number) => readonly string[];
}

const NODE_HELLO = `require("http").createServer((q,r)=>{r.setHeader("content-type","text/plain");r.end("Hello, world!\\n")}).listen(process.argv[1],"127.0.0.1")`;

/** The table of hello over HTTP; empty where wrk is not installed. */
export async function serviceRows(missing: (what: string) => void): Promise<ServiceRow[]> {
	if (!isInstalled("wrk")) {
		missing("hello over HTTP: wrk is not installed (apt-get install wrk)");
		return [];
	}
	const servers: Server[] = [
		{ label: "node:http", words: (port) => [process.execPath, "-e", NODE_HELLO, String(port)] },
		{ label: "wherry serve --reuse 1000", words: (port) => ours(port, hello, "--reuse", "1000") },
		{ label: "wherry serve", words: (port) => ours(port, hello) },
	];
	if (existsSync(jco))
		servers.push({ label: "jco serve", words: (port) => [jco, "serve", hello, "--port", String(port)] });
	else missing("jco serve: npm ci in test/programs brings it");
	const rounds: Load[][] = servers.map(() => []);
	for (let round = 0; round < ROUNDS; round += 1) {
		for (const [index, server] of servers.entries()) rounds[index]?.push(await loaded(server));
	}
	const first = rounds[0] ?? [];
	return servers.map(({ label }, index) => {
		const own = rounds[index] ?? [];
		return {
			label,
			requests_per_s: median(own.map(({ requests_per_s }) => requests_per_s)),
			ratio: median(
				own.map(({ requests_per_s }, round) => requests_per_s / (first[round]?.requests_per_s ?? Number.NaN)),
			),
			p99_ms: median(own.map(({ p99_ms }) => p99_ms)),
			cpu_us: median(own.map(({ cpu_us }) => cpu_us)),
			memory_mb: median(own.map(({ memory_mb }) => memory_mb)),
		};
	});
}

/** So many clients that do nothing, and so many requests at once that wait inside their guests. */
export async function waitingRow(): Promise<WaitingRow> {
	const port = await freePort();
	const server = await start(ours(port, paths, "--max-concurrent", String(WAITING + 50)), port);
	try {
		await get(port, "/hello");
		const rest_mb = heldMemory_mb(server);
		const idle = await Promise.all(Array.from({ length: IDLE }, () => keptAlive(port)));
		const idle_mb = heldMemory_mb(server);
		const answers = Array.from({ length: WAITING }, () => get(port, "/wait?ms=5000"));
		await sleep(3000);
		const waiting_mb = heldMemory_mb(server);
		const answered = (await Promise.allSettled(answers)).filter(
			(answer) => answer.status === "fulfilled" && answer.value === 200,
		).length;
		const alive = idle.filter((socket) => !socket.destroyed && socket.readyState === "open").length;
		for (const socket of idle) socket.destroy();
		return { idle: IDLE, waiting: WAITING, answered, idle_alive: alive, rest_mb, idle_mb, waiting_mb };
	} finally {
		end(server);
	}
}

function ours(port: number, file: string, ...flags: string[]): readonly string[] {
	return [wherry, "serve", "-p", `127.0.0.1:${port}`, "--workers", "1", ...flags, file];
}

interface Load {
	readonly requests_per_s: number;
	readonly p99_ms: number;
	readonly cpu_us: number;
	readonly memory_mb: number;
}

async function loaded({ label, words }: Server): Promise<Load> {
	const port = await freePort();
	const server = await start(words(port), port);
	try {
		await wrk(port, WARM_UP_S);
		const before_us = spentCpu_us(server);
		const text = await wrk(port, MEASURED_S);
		const spent_us = spentCpu_us(server) - before_us;
		const requests = Number(/(\d+) requests in/.exec(text)?.[1] ?? 0);
		const failed = Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0);
		const broken = /Socket errors: (.*)/.exec(text)?.[1];
		if (requests === 0 || failed > 0 || broken !== undefined)
			throw new Error(`${label}: ${failed} of ${requests} requests failed; ${broken ?? ""}`);
		return {
			requests_per_s: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]),
			p99_ms: milliseconds(/99%\s+([\d.]+)(us|ms|s)/.exec(text)),
			cpu_us: spent_us / requests,
			memory_mb: heldMemory_mb(server),
		};
	} finally {
		end(server);
	}
}

/** Not in this thread: a server's answers must not wait for whoever measures. */
function wrk(port: number, seconds: number): Promise<string> {
	const words = ["-t1", `-c${CONNECTIONS}`, `-d${seconds}s`, "--latency", `http://127.0.0.1:${port}/`];
	return new Promise((done, fail) => {
		const [program, ...args] = onCore(LOAD_CORE, ["wrk", ...words]);
		const child = spawn(program ?? "", args, { stdio: ["ignore", "pipe", "inherit"] });
		let text = "";
		child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
		child.once("error", fail);
		child.once("close", () => done(text));
	});
}

function milliseconds(match: RegExpExecArray | null): number {
	return Number(match?.[1]) * ({ us: 0.001, ms: 1, s: 1000 }[match?.[2] ?? "ms"] ?? Number.NaN);
}

async function start(words: readonly string[], port: number): Promise<ChildProcess> {
	const [program = "", ...args] = onCore(SERVER_CORE, words);
	// in a group of its own: what it starts is ended with it
	const child = spawn(program, args, { stdio: ["ignore", "ignore", "inherit"], detached: true });
	const until = performance.now() + START_MAX_MS;
	while (performance.now() < until) {
		const status = await get(port, "/hello").catch(() => undefined);
		if (status !== undefined) return child;
		await sleep(50);
	}
	end(child);
	throw new Error(`${words.join(" ")}: did not answer`);
}

function onCore(core: string, words: readonly string[]): readonly string[] {
	return process.platform === "linux" && isInstalled("taskset") ? ["taskset", "-c", core, ...words] : words;
}

function end({ pid }: ChildProcess): void {
	try {
		if (pid !== undefined) process.kill(-pid, "SIGKILL");
	} catch {
		// it has ended by itself
	}
}

/** Of a process and of all that it started. */
function processes({ pid }: ChildProcess): number[] {
	const parents = new Map<number, number>();
	for (const name of readdirSync("/proc")) {
		if (!/^\d+$/.test(name)) continue;
		const parent = Number(/\) \S (\d+)/.exec(read(`/proc/${name}/stat`))?.[1]);
		parents.set(Number(name), parent);
	}
	const found = pid === undefined ? [] : [pid];
	for (const one of found) for (const [child, parent] of parents) if (parent === one) found.push(child);
	return found;
}

const TICK_US = 10_000;

function spentCpu_us(server: ChildProcess): number {
	return processes(server).reduce((sum, pid) => {
		const fields = read(`/proc/${pid}/stat`)
			.replace(/^.*\) /s, "")
			.split(" ");
		return sum + (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * TICK_US;
	}, 0);
}

/** What is not shared with others counts whole, what is shared in parts. */
function heldMemory_mb(server: ChildProcess): number {
	return processes(server).reduce((sum, pid) => {
		const kb = Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);
		return sum + kb / 1024;
	}, 0);
}

function read(file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch {
		return "";
	}
}

async function get(port: number, path: string): Promise<number> {
	const response = await fetch(`http://127.0.0.1:${port}${path}`);
	await response.arrayBuffer();
	return response.status;
}

/** A client that has had one answer and asks nothing more. */
function keptAlive(port: number): Promise<Socket> {
	return new Promise((done, fail) => {
		const socket = connect(port, "127.0.0.1", () => socket.write("GET /hello HTTP/1.1\r\nhost: a\r\n\r\n"));
		socket.once("data", () => done(socket));
		socket.once("error", fail);
	});
}

function freePort(): Promise<number> {
	return new Promise((done) => {
		const server = createServer().listen(0, "127.0.0.1", () => {
			const address = server.address();
			server.close(() => done(typeof address === "object" && address !== null ? address.port : 0));
		});
	});
}

function isInstalled(program: string): boolean {
	try {
		execFileSync("/bin/sh", ["-c", `command -v ${program}`], { stdio: "ignore" });
		return true;
	} catch {
		return false;
	}
}

function sleep(ms: number): Promise<void> {
	return new Promise((done) => setTimeout(done, ms));
}
