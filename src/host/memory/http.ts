/** HTTP messages in memory: the model of an exchange, for those who embed guests and for tests. */
import type { ByteSink, ByteSource, Exchange, Field, HttpFailure, HttpRequestHead } from "../../sys/http.ts";

/** A body between its writer and its reader: a window of it is here. */
export class MemoryBody implements ByteSink, ByteSource {
	readonly #window_bytes: number;
	#chunks: Uint8Array[] = [];
	#held_bytes = 0;
	#end: "end" | HttpFailure | undefined;
	#trailers: readonly Field[] | undefined;
	#isCancelled = false;
	#changed = Promise.withResolvers<void>();

	constructor(window_bytes = 65_536) {
		this.#window_bytes = window_bytes;
	}

	/** A body that is all here. */
	static of(bytes: Uint8Array, trailers?: readonly Field[]): MemoryBody {
		const body = new MemoryBody(Math.max(1, bytes.length));
		if (bytes.length > 0) body.write(bytes);
		body.end(trailers);
		return body;
	}

	/** How it ended; undefined: not yet. */
	get ended(): "end" | HttpFailure | undefined {
		return this.#end;
	}

	get isCancelled(): boolean {
		return this.#isCancelled;
	}

	get isReadable(): boolean {
		return this.#chunks.length > 0 || this.#end !== undefined;
	}

	get trailers(): readonly Field[] | undefined {
		return this.#trailers;
	}

	read(max_bytes: number): Uint8Array | "end" | HttpFailure {
		const [first] = this.#chunks;
		if (first === undefined) return this.#end ?? new Uint8Array();
		const bytes = first.slice(0, max_bytes);
		if (bytes.length === first.length) this.#chunks.shift();
		else this.#chunks[0] = first.subarray(max_bytes);
		this.#held_bytes -= bytes.length;
		this.#change();
		return bytes;
	}

	async readable(): Promise<void> {
		while (!this.isReadable) await this.#changed.promise;
	}

	cancel(): void {
		this.#isCancelled = true;
		this.#chunks = [];
		this.#change();
	}

	room(): number | HttpFailure {
		if (this.#isCancelled) return { tag: "connection-terminated" };
		return Math.max(0, this.#window_bytes - this.#held_bytes);
	}

	write(bytes: Uint8Array): void {
		if (this.#end !== undefined || this.#isCancelled) return;
		this.#chunks.push(bytes.slice());
		this.#held_bytes += bytes.length;
		this.#change();
	}

	async writable(): Promise<void> {
		while (this.room() === 0) await this.#changed.promise;
	}

	flushed(): Promise<void> | undefined {
		return this.#held_bytes < this.#window_bytes ? undefined : this.writable();
	}

	end(trailers: readonly Field[] | undefined): HttpFailure | undefined {
		this.#end ??= "end";
		this.#trailers = trailers;
		this.#change();
		return undefined;
	}

	abort(): void {
		this.#end ??= { tag: "connection-terminated" };
		this.#change();
	}

	#change(): void {
		this.#changed.resolve();
		this.#changed = Promise.withResolvers();
	}
}

/** A request that is answered in memory. */
export class MemoryExchange implements Exchange {
	readonly head: HttpRequestHead;
	readonly body: ByteSource | undefined;
	readonly signal: AbortSignal = new AbortController().signal;
	/** What the guest answered. */
	response:
		| { readonly status: number; readonly headers: readonly Field[]; readonly body: MemoryBody }
		| undefined;

	constructor(head: Partial<HttpRequestHead>, body?: ByteSource) {
		this.head = {
			method: "GET",
			scheme: "http",
			authority: "service.test",
			pathWithQuery: "/",
			headers: [],
			...head,
		};
		this.body = body;
	}

	respond(status: number, headers: readonly Field[]): MemoryBody {
		if (this.response !== undefined) throw new Error("it was answered twice");
		this.response = { status, headers, body: new MemoryBody() };
		return this.response.body;
	}
}
