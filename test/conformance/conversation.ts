/** Tests that are talked to while they run: the suite's operations, one after the other, with a process of ours. */
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { connect, type Socket } from "node:net";

import { type Running, start } from "../support/wherry.ts";

/** As a manifest says it (doc/specification.md and test_case.py of the suite). */
export interface Operation {
	readonly type: string;
	readonly args?: readonly string[];
	readonly env?: Readonly<Record<string, string>>;
	readonly root?: string;
	readonly exit_code?: number;
	readonly id?: string;
	readonly payload?: string;
	readonly method?: string;
	readonly path?: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
	readonly response?: {
		readonly status: number;
		readonly headers?: Readonly<Record<string, string>>;
		readonly body?: string;
	};
	readonly signal?: NodeJS.Signals;
}

/** How the program is started, of the first operation's words. */
export type WordsOf = (run: Operation) => readonly string[];

const TIMEOUT_MS = 60_000;

/** What of the operations' demands was not met. */
export async function converse(operations: readonly Operation[], wordsOf: WordsOf): Promise<string[]> {
	const [first, ...rest] = operations;
	if (first?.type !== "run") return [`the first operation is '${first?.type}', not 'run'`];
	const talk = new Talk(start(wordsOf(first), { timeout_ms: TIMEOUT_MS }));
	try {
		for (const operation of rest) {
			const complaint = await talk.act(operation);
			if (complaint !== undefined) return [complaint, talk.said("stderr").trim()];
		}
		return [];
	} finally {
		await talk.close();
	}
}

class Talk {
	readonly #running: Running;
	readonly #unread = { stdout: "", stderr: "" };
	readonly #sockets = new Map<string, Socket>();
	#address: string | undefined;
	#isOver = false;

	constructor(running: Running) {
		this.#running = running;
		for (const name of ["stdout", "stderr"] as const)
			running.child[name]?.on("data", (piece: Buffer) => (this.#unread[name] += piece.toString()));
		running.child.stdin?.on("error", () => undefined);
	}

	said(name: "stdout" | "stderr"): string {
		return this.#unread[name];
	}

	/** Undefined: as demanded. */
	async act(operation: Operation): Promise<string | undefined> {
		switch (operation.type) {
			case "read":
				return this.#read(operation.id === "stderr" ? "stderr" : "stdout", operation.payload ?? "");
			case "write":
				this.#running.child.stdin?.write(operation.payload ?? "");
				return undefined;
			case "connect":
				return this.#connect(operation.id ?? "server");
			case "send":
				this.#sockets.get(operation.id ?? "")?.write(operation.payload ?? "");
				return undefined;
			case "recv":
				return this.#receive(operation.id ?? "", operation.payload ?? "");
			case "request":
				return this.#request(operation);
			case "kill":
				this.#running.child.kill(operation.signal ?? "SIGINT");
				return undefined;
			case "wait":
				return this.#wait(operation.exit_code ?? 0);
			default:
				return `no operation '${operation.type}' is known`;
		}
	}

	async close(): Promise<void> {
		for (const socket of this.#sockets.values()) socket.destroy();
		if (!this.#isOver) this.#running.child.kill("SIGKILL");
		await this.#running.ended;
	}

	async #read(name: "stdout" | "stderr", payload: string): Promise<string | undefined> {
		await this.#until(name, (text) => text.length >= payload.length);
		const read = this.#unread[name].slice(0, payload.length);
		this.#unread[name] = this.#unread[name].slice(payload.length);
		return read === payload
			? undefined
			: `${name} ${JSON.stringify(read)}, expected ${JSON.stringify(payload)}`;
	}

	/** Resolves when the text is as wanted, or nothing more comes. */
	async #until(name: "stdout" | "stderr", isWanted: (text: string) => boolean): Promise<void> {
		const stream = this.#running.child[name];
		if (stream === null) return;
		const ended = this.#running.ended.then(() => "ended");
		for (;;) {
			if (isWanted(this.#unread[name])) return;
			if ((await Promise.race([once(stream, "data"), ended])) === "ended") return;
		}
	}

	async #connect(id: string): Promise<string | undefined> {
		await this.#until("stdout", (text) => text.includes("\n"));
		const [line = "", ...rest] = this.#unread.stdout.split("\n");
		this.#unread.stdout = rest.join("\n");
		const [, host, port] = /^([\d.]+):(\d+)$/.exec(line) ?? [];
		if (host === undefined) return `stdout ${JSON.stringify(line)}, expected an address`;
		const socket = connect(Number(port), host);
		this.#sockets.set(id, socket);
		await once(socket, "connect");
		return undefined;
	}

	async #receive(id: string, payload: string): Promise<string | undefined> {
		const socket = this.#sockets.get(id);
		let received = "";
		for await (const piece of socket?.iterator({ destroyOnReturn: false }) ?? []) {
			received += String(piece);
			if (received.length >= payload.length) break;
		}
		return received === payload
			? undefined
			: `received ${JSON.stringify(received)}, expected ${JSON.stringify(payload)}`;
	}

	async #request(operation: Operation): Promise<string | undefined> {
		this.#address ??= await this.#serviceAddress();
		const { method = "GET", path = "/", body, response: wanted = { status: 200 } } = operation;
		const what = `${method} ${path}`;
		const got = await ask(`${this.#address}${path}`, method, operation.headers ?? {}, body);
		if (got.status !== wanted.status) return `${what}: status ${got.status}, expected ${wanted.status}`;
		for (const [name, value] of Object.entries(wanted.headers ?? {}))
			if (got.headers[name.toLowerCase()] !== value)
				return `${what}: ${name} ${JSON.stringify(got.headers[name.toLowerCase()])}, expected ${JSON.stringify(value)}`;
		if (got.body === (wanted.body ?? "")) return undefined;
		return `${what}: body ${JSON.stringify(got.body)}, expected ${JSON.stringify(wanted.body ?? "")}`;
	}

	async #serviceAddress(): Promise<string> {
		const find = (text: string) => /http:\/\/[\w.:[\]-]+/.exec(text)?.[0];
		await this.#until("stdout", (text) => find(text) !== undefined);
		const address = find(this.#unread.stdout);
		if (address === undefined) throw new Error(`the service said no address:\n${this.#unread.stderr}`);
		return address;
	}

	async #wait(exitCode: number): Promise<string | undefined> {
		this.#running.child.stdin?.end();
		const { status, signal } = await this.#running.ended;
		this.#isOver = true;
		return status === exitCode ? undefined : `status ${status ?? signal}, expected ${exitCode}`;
	}
}

interface Answer {
	readonly status: number | undefined;
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
	readonly body: string;
}

async function ask(
	url: string,
	method: string,
	headers: Readonly<Record<string, string>>,
	body: string | undefined,
): Promise<Answer> {
	return await new Promise((resolve, reject) => {
		const sent = httpRequest(url, { method, headers, agent: false }, (answer) => {
			let text = "";
			answer.setEncoding("utf8");
			answer.on("data", (piece: string) => (text += piece));
			answer.on("end", () => {
				resolve({ status: answer.statusCode, headers: answer.headers, body: text });
			});
			answer.on("error", reject);
		});
		sent.on("error", reject);
		sent.end(body);
	});
}
