/** One name asked of one name server, both kinds of address at once, by UDP, and by TCP where an answer does not fit. */
import { Errno } from "../../sys/errno.ts";
import type { Network, SocketAddress, TcpSocket, UdpSocket } from "../../sys/network.ts";
import type { Interest } from "../../sys/waiter.ts";
import { type Answer, decodeAnswer, encodeQuestion, type RecordType } from "./resolver-message.ts";

export type ExchangeOutcome =
	| { readonly type: "found"; readonly addresses: readonly string[] }
	/** The server knows that there is none. */
	| { readonly type: "none" }
	/** It cannot say, or cannot be reached. */
	| { readonly type: "failed" };

/** How much of what others send there is looked at in one step. */
const DATAGRAMS_MAX = 64;
const ANSWER_BYTES_MAX = 65_535;
const CODE_NO_SUCH_NAME = 3;

export class Exchange {
	readonly #network: Network;
	readonly #server: SocketAddress;
	readonly #questions: readonly Question[];
	#udp: UdpSocket | undefined;

	constructor(network: Network, server: SocketAddress, name: string) {
		this.#network = network;
		this.#server = server;
		this.#questions = ([1, 28] as const).map((type) => new Question(name, type));
		const udp = network.udp(server.family);
		if (typeof udp === "number") return;
		this.#udp = udp;
		// connected: only what comes from the server is heard, and that nobody listens there is told
		let sent: Errno = udp.connect(server);
		for (const question of this.#questions)
			if (sent === Errno.SUCCESS) sent = udp.send(question.bytes, undefined);
		if (sent !== Errno.SUCCESS) this.#closeUdp();
	}

	/** Looks at what has come. Undefined while answers are missing. */
	step(): ExchangeOutcome | undefined {
		this.#receive();
		for (const question of this.#questions) question.step();
		return this.#questions.every(({ isSettled }) => isSettled) ? this.outcome() : undefined;
	}

	/** What can be said with the answers that there are. */
	outcome(): ExchangeOutcome {
		const answers = this.#questions.flatMap(({ answer }) => (answer === undefined ? [] : [answer]));
		const addresses = answers.flatMap((answer) => (answer.code === 0 ? answer.addresses : []));
		if (addresses.length > 0) return { type: "found", addresses };
		if (answers.some(({ code }) => code === CODE_NO_SUCH_NAME)) return { type: "none" };
		const isAll = answers.length === this.#questions.length && answers.every(({ code }) => code === 0);
		return { type: isAll ? "none" : "failed" };
	}

	get interests(): readonly Interest[] {
		const own = this.#udp === undefined ? [] : [this.#udp.interest("read")];
		return [...own, ...this.#questions.flatMap(({ interests }) => interests)];
	}

	close(): void {
		this.#closeUdp();
		for (const question of this.#questions) question.close();
	}

	#closeUdp(): void {
		this.#udp?.close();
		this.#udp = undefined;
	}

	#receive(): void {
		for (let count = 0; count < DATAGRAMS_MAX; count += 1) {
			const datagram = this.#udp?.receive(ANSWER_BYTES_MAX);
			if (datagram === undefined || datagram === Errno.AGAIN) break;
			// nobody listens there, or it cannot be reached
			if (typeof datagram === "number") this.#closeUdp();
			else for (const question of this.#questions) this.#take(question, datagram.bytes);
		}
		if (this.#udp !== undefined) return;
		for (const question of this.#questions) if (!question.isByTcp) question.fail();
	}

	#take(question: Question, bytes: Uint8Array): void {
		const answer = question.isSettled || question.isByTcp ? undefined : question.decode(bytes);
		if (answer?.isTruncated === true) question.askByTcp(this.#network, this.#server);
		else if (answer !== undefined) question.settle(answer);
	}
}

class Question {
	readonly bytes: Uint8Array<ArrayBuffer>;
	answer: Answer | undefined;
	readonly #id: number;
	readonly #name: string;
	readonly #type: RecordType;
	#failed = false;
	#tcp: TcpQuestion | undefined;

	constructor(name: string, type: RecordType) {
		this.#id = crypto.getRandomValues(new Uint16Array(1))[0] ?? 0;
		this.#name = name;
		this.#type = type;
		this.bytes = encodeQuestion(this.#id, name, type);
	}

	get isSettled(): boolean {
		return this.answer !== undefined || this.#failed;
	}

	get isByTcp(): boolean {
		return this.#tcp !== undefined;
	}

	get interests(): readonly Interest[] {
		return this.#tcp === undefined ? [] : [this.#tcp.interest];
	}

	decode(bytes: Uint8Array): Answer | undefined {
		return decodeAnswer(bytes, this.#id, this.#name, this.#type);
	}

	askByTcp(network: Network, server: SocketAddress): void {
		const socket = network.tcp(server.family);
		if (typeof socket === "number") return this.fail();
		this.#tcp = new TcpQuestion(socket, server, this.bytes);
	}

	step(): void {
		const received = this.#tcp?.step();
		if (received === undefined) return;
		const answer = received === "failed" ? undefined : this.decode(received);
		if (answer === undefined) this.fail();
		else this.settle(answer);
	}

	settle(answer: Answer): void {
		this.answer = answer;
		this.close();
	}

	fail(): void {
		if (this.answer === undefined) this.#failed = true;
		this.close();
	}

	close(): void {
		this.#tcp?.close();
		this.#tcp = undefined;
	}
}

/** A question by TCP: a length of two bytes stands before each message (RFC 7766 §8). */
class TcpQuestion {
	readonly #socket: TcpSocket;
	readonly #outgoing: Uint8Array;
	#sent = 0;
	readonly #incoming = new Uint8Array(2 + ANSWER_BYTES_MAX);
	#received = 0;
	#state: "connecting" | "sending" | "receiving" | "failed" = "connecting";

	constructor(socket: TcpSocket, server: SocketAddress, question: Uint8Array) {
		this.#socket = socket;
		this.#outgoing = Uint8Array.from([question.length >> 8, question.length & 0xff, ...question]);
		const begun = socket.connect(server);
		if (begun !== Errno.SUCCESS && begun !== Errno.INPROGRESS) this.#state = "failed";
	}

	get interest(): Interest {
		return this.#socket.interest(this.#state === "receiving" ? "read" : "write");
	}

	step(): Uint8Array | "failed" | undefined {
		if (this.#state === "connecting") this.#finishConnect();
		if (this.#state === "sending") this.#send();
		if (this.#state === "receiving") {
			const message = this.#receive();
			if (message !== undefined) return message;
		}
		return this.#state === "failed" ? "failed" : undefined;
	}

	close(): void {
		this.#socket.close();
	}

	#finishConnect(): void {
		const decided = this.#socket.finishConnect();
		if (decided !== Errno.AGAIN) this.#state = decided === Errno.SUCCESS ? "sending" : "failed";
	}

	#send(): void {
		const moved = this.#socket.send(this.#outgoing.subarray(this.#sent));
		if (moved < 0 && moved !== -Errno.AGAIN) this.#state = "failed";
		else this.#sent += Math.max(0, moved);
		if (this.#sent === this.#outgoing.length) this.#state = "receiving";
	}

	#receive(): Uint8Array | undefined {
		for (;;) {
			const wanted = this.#wanted();
			if (this.#received === wanted && wanted > 2) return this.#incoming.subarray(2, wanted);
			const moved = this.#socket.receive(this.#incoming.subarray(this.#received, wanted));
			if (moved === -Errno.AGAIN) return undefined;
			if (moved <= 0) this.#state = "failed";
			if (moved <= 0) return undefined;
			this.#received += moved;
		}
	}

	/** The length, and once that is there, all of it. */
	#wanted(): number {
		if (this.#received < 2) return 2;
		return 2 + (((this.#incoming[0] ?? 0) << 8) | (this.#incoming[1] ?? 0));
	}
}
