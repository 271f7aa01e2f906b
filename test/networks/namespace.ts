/**
 * Within a network of its own, made by names.test.ts: a name server on port 53 of 127.0.0.1, a server that echoes on
 * port 7, and wherry run with each of the words that come as JSON; what came of it goes to standard output.
 */
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { join } from "node:path";
import { ROOT } from "../support/wherry.ts";

export interface Came {
	readonly status: number | null;
	readonly text: string;
}

/** The addresses of each name; of others there is none. */
const ZONE: ReadonlyMap<string, readonly number[]> = new Map([
	["api.example", [93, 184, 215, 14]],
	["evil.example", [127, 0, 0, 1]],
	["printer.corp.example", [10, 0, 0, 9]],
]);

const names = createSocket("udp4");
names.on("message", (question, from) => names.send(answerTo(question), from.port, from.address));
const echo = createServer((socket) => socket.on("error", () => {}).pipe(socket));
await new Promise<void>((resolve) => names.bind(53, "127.0.0.1", resolve));
await new Promise<void>((resolve) => echo.listen(7, "127.0.0.1", resolve));

const came: Came[] = [];
for (const words of JSON.parse(process.argv[2] ?? "[]") as string[][]) came.push(await run(words));
process.stdout.write(JSON.stringify(came));
process.exit();

function run(words: readonly string[]): Promise<Came> {
	const child = spawn(join(ROOT, "bin/wherry"), words, {
		stdio: ["ignore", "pipe", "pipe"],
		timeout: 60_000,
	});
	let text = "";
	for (const stream of [child.stdout, child.stderr])
		stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
	return new Promise((resolve) => child.on("close", (status) => resolve({ status, text })));
}

function answerTo(question: Buffer): Buffer {
	const labels: string[] = [];
	let at = 12;
	for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
		labels.push(question.toString("latin1", at + 1, at + 1 + length));
		at += 1 + length;
	}
	const address = ZONE.get(labels.join("."));
	const isAsked = address !== undefined && question.readUInt16BE(at + 1) === 1;
	const answer = Buffer.from(question);
	answer.writeUInt16BE(address === undefined ? 0x8183 : 0x8180, 2);
	answer.writeUInt16BE(isAsked ? 1 : 0, 6);
	return isAsked
		? Buffer.concat([answer, Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, ...address])])
		: answer;
}
