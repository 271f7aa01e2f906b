import { Fault } from "../../base/fault.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { type Digest, sha256Digest } from "../../oci/digest.ts";
import { BLOB_BYTES_MAX, MANIFEST_BYTES_MAX } from "../../oci/limits.ts";
import { Sha256 } from "../../oci/sha256.ts";
import { type Answer, Unreachable } from "./exchange.ts";
import { readRefusal, unexpected } from "./failure.ts";
import type { Registry } from "./registry.ts";
import { isPassing, pause } from "./retry.ts";

/** What a connection has to bring before it breaks, so that the count of failures begins anew. */
const PROGRESS_BYTES = 1 << 20;

/**
 * A blob, piece by piece, exactly as many bytes as its descriptor says; where the connection breaks, the
 * next one goes on from there. Memory: one piece.
 *
 * @throws Fault IMAGE_NOT_FOUND, DIGEST_MISMATCH (another size), REGISTRY_UNREACHABLE, REGISTRY_ERROR
 */
export async function* download(
	registry: Registry,
	repository: string,
	descriptor: Descriptor,
	signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
	if (descriptor.size > BLOB_BYTES_MAX)
		throw new Fault("IMAGE_UNSUPPORTED", `cannot get ${descriptor.digest}: it is larger than 4 GiB`);
	let at = 0;
	for (let failures = 1; ; failures++) {
		const begun = at;
		try {
			for await (const piece of rest(registry, repository, descriptor, at, signal)) {
				at += piece.length;
				yield piece;
			}
			return;
		} catch (error) {
			if (at - begun >= PROGRESS_BYTES) failures = 1;
			if (!isPassing(error) || failures >= registry.limits.attempts) throw error;
		}
		await pause(failures, registry.limits, null, signal ?? registry.signal);
	}
}

/** The bytes from `at` on, over one connection. */
async function* rest(
	registry: Registry,
	repository: string,
	descriptor: Descriptor,
	at: number,
	signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
	const answer = await registry.send({
		method: "GET",
		to: `/v2/${repository}/blobs/${descriptor.digest}`,
		headers: at === 0 ? {} : { range: `bytes=${at}-` },
		scope: { repository, actions: "pull" },
		signal,
	});
	let skipped = at - (await startOf(answer, registry, repository, descriptor, at));
	let left = descriptor.size - at;
	for await (const piece of answer.pieces()) {
		const fresh = piece.subarray(skipped);
		skipped = Math.max(0, skipped - piece.length);
		left -= fresh.length;
		if (left < 0) throw otherSize(descriptor, "more");
		if (fresh.length > 0) yield fresh;
	}
	if (left > 0) throw new Unreachable(answer.url, `${left} bytes of ${descriptor.digest} did not come`, true);
}

/** Where the answer begins: some registries send all of it again. */
async function startOf(
	answer: Answer,
	registry: Registry,
	repository: string,
	descriptor: Descriptor,
	at: number,
): Promise<number> {
	const range = /^bytes (\d{1,15})-/.exec(answer.headers.get("content-range") ?? "")?.[1];
	const isPart = answer.status === 206 && range === String(at);
	if (!isPart && answer.status !== 200) {
		if (answer.status === 403) throw await registry.denied(answer);
		if (answer.status === 404) {
			await answer.discard();
			throw new Fault("IMAGE_NOT_FOUND", `'${registry.host}/${repository}' lacks a part of the image`, {
				note: `it has no ${descriptor.digest} (${descriptor.mediaType})`,
			});
		}
		throw unexpected(`get ${descriptor.digest}`, registry.host, await readRefusal(answer));
	}
	const start = isPart ? at : 0;
	// of what is packed on the way against our wish, it says another length
	const length = answer.headers.has("content-encoding") ? null : answer.headers.get("content-length");
	if (length !== null && Number(length) !== descriptor.size - start) {
		const came = `${start + Number(length)} bytes`;
		const isShort = start === 0 && Number(length) <= MANIFEST_BYTES_MAX;
		if (!isShort) await answer.discard();
		throw otherSize(descriptor, isShort ? `${came}, ${await digestOfAnswer(answer)}` : came);
	}
	return start;
}

async function digestOfAnswer(answer: Answer): Promise<Digest> {
	const hash = new Sha256();
	for await (const piece of answer.pieces()) hash.update(piece);
	return sha256Digest(hash.digest());
}

function otherSize({ digest, size }: Descriptor, came: string): Fault {
	return new Fault("DIGEST_MISMATCH", `the registry holds other bytes than ${digest}`, {
		note: [`expected: ${size} bytes, ${digest}`, `what came: ${came}`],
	});
}
