import { createHash } from "node:crypto";
import { Fault } from "../../base/fault.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { algorithmOf } from "../../oci/digest.ts";
import type { Answer } from "./exchange.ts";
import { readRefusal, unexpected } from "./failure.ts";
import type { Registry } from "./registry.ts";
import { isBusy, isPassing, pause } from "./retry.ts";

/** Where blobs are put. */
export interface UploadTarget {
	readonly registry: Registry;
	readonly repository: string;
}

/**
 * Puts a blob: a small one in one request, a large one in chunks, each of which is asked for and sent on
 * from where it broke. Memory: two chunks.
 *
 * @param opened the place of an upload that was begun already
 * @throws Fault DIGEST_MISMATCH, REGISTRY_UNREACHABLE, REGISTRY_DENIED, REGISTRY_ERROR
 */
export async function upload(
	target: UploadTarget,
	descriptor: Descriptor,
	content: AsyncIterable<Uint8Array>,
	opened?: URL,
): Promise<void> {
	const chunks = checkedChunks(content, descriptor, target.registry.limits.chunk_bytes);
	try {
		const first = (await chunks.next()).value ?? new Uint8Array();
		if (first.length < descriptor.size) return await putInChunks(target, descriptor, first, chunks, opened);
		await chunks.next(); // holds it to its digest
		await putWhole(target, descriptor, first, opened);
	} finally {
		await chunks.return();
	}
}

async function putInChunks(
	target: UploadTarget,
	descriptor: Descriptor,
	first: Uint8Array,
	others: AsyncGenerator<Uint8Array, void, undefined>,
	opened?: URL,
): Promise<void> {
	const session = new UploadSession(target, opened ?? (await beginUpload(target)));
	try {
		let at = 0;
		for (let chunk: Uint8Array | void = first; chunk !== undefined;) {
			// the next one is read while this one goes
			const coming = others.next();
			coming.catch(() => undefined);
			await session.send(chunk, at);
			at += chunk.length;
			chunk = (await coming).value;
		}
		await session.finish(descriptor);
	} catch (error) {
		await session.cancel();
		throw error;
	}
}

/** Begins an upload and answers its place. */
export async function beginUpload(target: UploadTarget): Promise<URL> {
	const { registry, repository } = target;
	const answer = await registry.send({
		method: "POST",
		to: `/v2/${repository}/blobs/uploads/`,
		scope: scopeOf(target),
	});
	if (answer.status !== 202) throw await refusedUpload(target, answer);
	const place = registry.place(answer, "location");
	await answer.discard();
	return place;
}

/**
 * Asks the registry to take a blob from another of its repositories. Answers undefined when it did, else
 * the place of the upload that it began instead.
 */
export async function mountBlob(
	target: UploadTarget,
	digest: string,
	from: string,
): Promise<URL | undefined> {
	const { registry, repository } = target;
	const answer = await registry.send({
		method: "POST",
		to: `/v2/${repository}/blobs/uploads/?mount=${encodeURIComponent(digest)}&from=${encodeURIComponent(from)}`,
		scope: { ...scopeOf(target), from },
	});
	if (answer.status !== 201 && answer.status !== 202) throw await refusedUpload(target, answer);
	const place = answer.status === 202 ? registry.place(answer, "location") : undefined;
	await answer.discard();
	return place;
}

/** Ends an upload that nobody will go on with: it would wait in the registry for its time to be over. */
export async function cancelUpload(target: UploadTarget, place: URL): Promise<void> {
	await new UploadSession(target, place).cancel();
}

/**
 * Chunks of this size, the last one shorter; at their end all has the descriptor's size, or it throws. What
 * is one chunk is held to its digest as well. Of more, the registry does that before it takes it, and the
 * store does as it is read: to hash 200 MB once more would cost a tenth of the push.
 */
async function* checkedChunks(
	content: AsyncIterable<Uint8Array>,
	{ digest, size }: Descriptor,
	chunk_bytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
	const hash = size <= chunk_bytes ? createHash(algorithmOf(digest)) : undefined;
	// one fills while the other goes
	let [chunk, other] = [0, 1].map(() => new Uint8Array(Math.min(chunk_bytes, size))) as [Chunk, Chunk];
	let seen = 0;
	let filled = 0;
	for await (const piece of content) {
		seen += piece.length;
		if (seen > size) throw mismatch(digest, `more than ${size} bytes`);
		hash?.update(piece);
		for (let at = 0; at < piece.length;) {
			const part = piece.subarray(at, at + chunk.length - filled);
			chunk.set(part, filled);
			filled += part.length;
			at += part.length;
			if (filled < chunk.length) continue;
			yield chunk;
			[chunk, other] = [other, chunk];
			filled = 0;
		}
	}
	if (filled > 0) yield chunk.subarray(0, filled);
	if (seen !== size) throw mismatch(digest, `${seen} bytes instead of ${size}`);
	if (hash === undefined) return;
	const found = `${algorithmOf(digest)}:${hash.digest("hex")}`;
	if (found !== digest) throw mismatch(digest, found);
}

type Chunk = Uint8Array<ArrayBuffer>;

function mismatch(digest: string, found: string): Fault {
	return new Fault("DIGEST_MISMATCH", `cannot push ${digest}: what is here is something else`, {
		note: [`expected: ${digest}`, `what is here: ${found}`],
	});
}

/** A broken attempt leaves a session that may have taken half: each attempt has its own. */
async function putWhole(
	target: UploadTarget,
	descriptor: Descriptor,
	bytes: Uint8Array,
	opened?: URL,
): Promise<void> {
	const { registry } = target;
	let place = opened;
	for (let failures = 1; ; failures++) {
		const isLast = failures >= registry.limits.attempts;
		let retryAfter: string | null = null;
		try {
			place ??= await beginUpload(target);
			const answer = await putFinal(target, place, descriptor, bytes);
			if (answer.status < 300) return await answer.discard();
			if (isLast || !isBusy(answer.status)) throw await refusedUpload(target, answer);
			retryAfter = answer.headers.get("retry-after");
			await answer.discard();
		} catch (error) {
			if (isLast || !isPassing(error)) throw error;
		}
		place = undefined;
		await pause(failures, registry.limits, retryAfter, registry.signal);
	}
}

async function putFinal(
	target: UploadTarget,
	place: URL,
	descriptor: Descriptor,
	body: Uint8Array,
): Promise<Answer> {
	const to = new URL(place);
	// as text: a signed query must stay as it is
	to.search = `${place.search === "" ? "?" : `${place.search}&`}digest=${encodeURIComponent(descriptor.digest)}`;
	return target.registry.send({
		method: "PUT",
		to,
		headers: { "content-type": "application/octet-stream" },
		body,
		scope: scopeOf(target),
		within_ms: target.registry.limits.finish_ms,
		once: true,
	});
}

/** An upload in chunks. Its place changes with each answer. */
class UploadSession {
	readonly #target: UploadTarget;
	#place: URL;

	constructor(target: UploadTarget, place: URL) {
		this.#target = target;
		this.#place = place;
	}

	/** Sends a chunk that begins at `start`, and again what of it has not arrived. */
	async send(chunk: Uint8Array, start: number): Promise<void> {
		const { limits, signal } = this.#target.registry;
		const end = start + chunk.length;
		let at = start;
		for (let failures = 0; at < end;) {
			const answer = await this.#patch(chunk.subarray(at - start), at);
			const arrived = answer instanceof Setback ? undefined : await this.#arrived(answer, start, end, end);
			failures = arrived !== undefined && arrived > at ? 0 : failures + 1;
			if (arrived !== undefined) at = arrived;
			if (failures === 0) continue;
			if (failures >= limits.attempts)
				throw answer instanceof Setback ? answer.error : this.#lost("it takes no more bytes");
			await pause(failures, limits, answer instanceof Setback ? answer.retryAfter : null, signal);
			at = await this.#status(start, end);
		}
	}

	async finish(descriptor: Descriptor): Promise<void> {
		const { registry } = this.#target;
		for (let failures = 1; ; failures++) {
			const isLast = failures >= registry.limits.attempts;
			try {
				const answer = await putFinal(this.#target, this.#place, descriptor, new Uint8Array());
				// an attempt whose answer was lost may have ended the session
				const isThere =
					answer.status < 300 || (failures > 1 && answer.status === 404 && (await this.#isThere(descriptor)));
				if (isThere) return await answer.discard();
				if (isLast || !isBusy(answer.status)) throw await refusedUpload(this.#target, answer);
				await answer.discard();
			} catch (error) {
				if (isLast || !isPassing(error)) throw error;
			}
			await pause(failures, registry.limits, null, registry.signal);
		}
	}

	/** Lets the registry forget what it has. It would do so by itself some day: nothing here may fail. */
	async cancel(): Promise<void> {
		const { registry } = this.#target;
		if (registry.signal?.aborted === true) return;
		try {
			const answer = await registry.send({
				method: "DELETE",
				to: this.#place,
				scope: scopeOf(this.#target),
				once: true,
			});
			await answer.discard();
		} catch {
			// it failed already, and that is being told
		}
	}
	/** Sends bytes that stand at `at`. */
	async #patch(body: Uint8Array, at: number): Promise<Answer | Setback> {
		const { registry } = this.#target;
		try {
			const answer = await registry.send({
				method: "PATCH",
				to: this.#place,
				headers: {
					"content-type": "application/octet-stream",
					"content-range": `${at}-${at + body.length - 1}`,
				},
				body,
				scope: scopeOf(this.#target),
				once: true,
			});
			if (!isBusy(answer.status) && answer.status !== 416) return answer;
			const retryAfter = answer.headers.get("retry-after");
			return new Setback(await refusedUpload(this.#target, answer), retryAfter);
		} catch (error) {
			if (isPassing(error)) return new Setback(error, null);
			throw error;
		}
	}

	/**
	 * Takes in the new place, and answers how far the registry has come: what it says itself counts, and
	 * `untold` where it says nothing.
	 */
	async #arrived(answer: Answer, start: number, end: number, untold: number): Promise<number> {
		// some registries say 204
		if (answer.status !== 202 && answer.status !== 204) throw await refusedUpload(this.#target, answer);
		if (answer.headers.has("location")) this.#place = this.#target.registry.place(answer, "location");
		await answer.discard();
		const range = answer.headers.get("range");
		const arrived = range === null ? untold : endOf(range);
		if (arrived >= start && arrived <= end) return arrived;
		throw this.#lost(`it says that it has '${range?.slice(0, 40)}'`);
	}

	/** Asks how far it has come (distribution-spec, "Pushing a blob in chunks"). */
	async #status(start: number, end: number): Promise<number> {
		const { registry } = this.#target;
		const answer = await registry.send({ method: "GET", to: this.#place, scope: scopeOf(this.#target) });
		if (answer.status === 404) throw this.#lost("it knows nothing of the upload any more");
		// of nothing, some registries tell no range
		return this.#arrived(answer, start, end, start);
	}

	async #isThere({ digest }: Descriptor): Promise<boolean> {
		const { registry, repository } = this.#target;
		const answer = await registry.send({
			method: "HEAD",
			to: `/v2/${repository}/blobs/${digest}`,
			scope: scopeOf(this.#target),
		});
		await answer.discard();
		return answer.status === 200;
	}

	#lost(why: string): Fault {
		const { host } = this.#target.registry;
		return new Fault("REGISTRY_ERROR", `the registry '${host}' lost an upload`, { note: why });
	}
}

/** A chunk did not go through, in a way that may pass. */
class Setback {
	readonly error: unknown;
	readonly retryAfter: string | null;

	constructor(error: unknown, retryAfter: string | null) {
		this.error = error;
		this.retryAfter = retryAfter;
	}
}

/** Behind the last byte of `0-41`. Of nothing some registries say `0-0`, which means one byte as well. */
function endOf(range: string): number {
	const last = /^(?:bytes=)?0-(\d{1,15})$/.exec(range.trim())?.[1];
	if (last === undefined || last === "0") return last === undefined ? Number.NaN : 0;
	return Number(last) + 1;
}

function scopeOf({ repository }: UploadTarget): { repository: string; actions: "pull,push" } {
	return { repository, actions: "pull,push" };
}

async function refusedUpload({ registry, repository }: UploadTarget, answer: Answer): Promise<unknown> {
	if (answer.status === 403) return registry.denied(answer);
	const refusal = await readRefusal(answer);
	if (refusal.codes.includes("DIGEST_INVALID"))
		return new Fault("DIGEST_MISMATCH", `'${registry.host}' got other bytes than it was told`, {
			note: refusal.says,
		});
	return unexpected(`push to '${registry.host}/${repository}'`, registry.host, refusal);
}
