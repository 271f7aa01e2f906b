/** The bodies of messages: streams with a future for the trailers behind them, in both directions. */
import type { ByteSink, ByteSource, HttpFailure } from "../../sys/http.ts";
import type { ComponentGuest } from "../component-guest.ts";
import { CONNECTION_TERMINATED, isFailure } from "../http/failures.ts";
import { HttpFields } from "../http/fields.ts";
import { Fields } from "./http-fields.ts";
import {
	CHUNK_BYTES,
	type GuestStream,
	type HostStream,
	orAborted,
	type Outcome,
	streamOf,
} from "./streams.ts";

/** `result<option<trailers>, error-code>`. */
export type TrailersOutcome =
	| { readonly tag: "ok"; readonly val: Fields | undefined }
	| { readonly tag: "err"; readonly val: HttpFailure };

/** A body that a guest writes. Its future is always read, sooner or later: the guest waits for that. */
export interface GuestBody {
	/** Undefined: none. */
	readonly contents: GuestStream | undefined;
	readonly trailers: PromiseLike<TrailersOutcome>;
	/** Tells the guest how it was sent; once. */
	readonly sent: (outcome: Outcome<HttpFailure>) => void;
}

/** What `consume-body` answers. */
export type Consumed = [HostStream<Uint8Array> | GuestStream, PromiseLike<TrailersOutcome>];

/**
 * A body that came in, for the guest to read. `read` is how the guest's own work on it went: after an error, or when it
 * drops the stream, nobody reads on.
 */
export function consume(
	guest: ComponentGuest,
	source: ByteSource | undefined,
	read: PromiseLike<Outcome<HttpFailure>>,
): Consumed {
	const { promise, resolve } = Promise.withResolvers<TrailersOutcome>();
	if (source === undefined) {
		void settled(read);
		resolve({ tag: "ok", val: undefined });
		return [streamOf<Uint8Array>(() => undefined), promise];
	}
	let end: TrailersOutcome | undefined;
	const next = async (signal: AbortSignal): Promise<Uint8Array | undefined> => {
		const piece = await nextPiece(source, signal);
		if (piece instanceof Uint8Array) return piece;
		if (isFailure(piece)) end = { tag: "err", val: piece };
		else if (piece === "end") end = { tag: "ok", val: trailersOf(guest, source) };
		return undefined;
	};
	const stream = streamOf(next, () => {
		if (end === undefined) source.cancel();
		resolve(end ?? { tag: "ok", val: undefined });
	});
	void cancelAfterError(source, read);
	return [stream, promise];
}

/** Undefined: the guest has dropped the stream. */
async function nextPiece(
	source: ByteSource,
	signal: AbortSignal,
): Promise<Uint8Array | "end" | HttpFailure | undefined> {
	for (;;) {
		const piece = source.read(CHUNK_BYTES);
		if (!(piece instanceof Uint8Array) || piece.length > 0) return piece;
		await orAborted(source.readable(), signal);
		if (signal.aborted) return undefined;
	}
}

function trailersOf(guest: ComponentGuest, { trailers }: ByteSource): Fields | undefined {
	return trailers === undefined ? undefined : new Fields(guest, HttpFields.received(trailers));
}

async function cancelAfterError(source: ByteSource, read: PromiseLike<Outcome<HttpFailure>>): Promise<void> {
	if ((await settled(read))?.tag === "err") source.cancel();
}

/** Sends a body to its end: what was written, then the trailers. An abort of `signal` is the end of its receiver. */
export async function send(
	{ contents, trailers }: GuestBody,
	sink: ByteSink,
	signal: AbortSignal,
): Promise<HttpFailure | undefined> {
	const drop = () => contents?.[Symbol.dispose]();
	signal.addEventListener("abort", drop);
	try {
		const broken = contents === undefined ? undefined : await pump(contents, sink, signal);
		if (broken === undefined) return await finish(trailers, sink);
		void settled(trailers);
		return broken;
	} finally {
		signal.removeEventListener("abort", drop);
		drop();
	}
}

/** Sends a body on that came in, as a proxy does. */
export async function forward(
	source: ByteSource | undefined,
	sink: ByteSink,
): Promise<HttpFailure | undefined> {
	for (;;) {
		const room = sink.room();
		if (isFailure(room)) {
			source?.cancel();
			return room;
		}
		const piece = room === 0 ? NOTHING : (source?.read(Math.min(room, CHUNK_BYTES)) ?? "end");
		if (piece === "end") return sink.end(source?.trailers);
		if (isFailure(piece)) {
			sink.abort();
			return piece;
		}
		if (piece.length > 0) sink.write(piece);
		else await (room === 0 ? sink.writable() : source?.readable());
	}
}

const NOTHING = new Uint8Array();

/** A body that will not be sent: the guest is told why. */
export function refuse({ contents, trailers, sent }: GuestBody, failure: HttpFailure): void {
	contents?.[Symbol.dispose]();
	void settled(trailers);
	sent({ tag: "err", val: failure });
}

/** Reads no more of the guest than the sink takes. */
async function pump(
	contents: GuestStream,
	sink: ByteSink,
	signal: AbortSignal,
): Promise<HttpFailure | undefined> {
	for (;;) {
		const room = sink.room();
		if (isFailure(room)) return room;
		if (signal.aborted) return CONNECTION_TERMINATED;
		if (room === 0) {
			await orAborted(sink.writable(), signal);
			continue;
		}
		const { value, done } = await contents.read({ count: Math.min(room, CHUNK_BYTES) });
		// a copy: what the glue gives may be a view of the guest's memory
		if (value !== undefined) sink.write(value.slice());
		if (done) return signal.aborted ? CONNECTION_TERMINATED : undefined;
	}
}

/** Trailers that are an error break the message off: its reader must not take it for whole. */
async function finish(
	trailers: PromiseLike<TrailersOutcome>,
	sink: ByteSink,
): Promise<HttpFailure | undefined> {
	const outcome = await trailers;
	if (outcome.tag === "ok") return sink.end(outcome.val?.give().list);
	sink.abort();
	return outcome.val;
}

/** What a guest's future came to; undefined where its guest ended first. */
async function settled<T>(future: PromiseLike<T>): Promise<T | undefined> {
	try {
		return await future;
	} catch {
		return undefined;
	}
}
