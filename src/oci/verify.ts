import { Fault } from "../base/fault.ts";
import { toHex } from "../base/hex.ts";
import type { ContentSource } from "./content.ts";
import type { Descriptor } from "./descriptor.ts";
import { algorithmOf, type Digest, digestOf } from "./digest.ts";

/**
 * The whole of a small content: a manifest, a config, a signature. Never more than `bytes_max` is held,
 * and what is answered has the descriptor's size and digest.
 *
 * @throws Fault IMAGE_INVALID when the descriptor promises more; DIGEST_MISMATCH for other bytes; the source's own
 */
export async function readVerified(
	source: ContentSource,
	descriptor: Descriptor,
	bytes_max: number,
	signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
	const { digest, size } = descriptor;
	if (size > bytes_max)
		throw new Fault("IMAGE_INVALID", `cannot read '${digest}'`, {
			note: `it has ${size} bytes, over the limit of ${bytes_max}`,
		});
	const bytes = new Uint8Array(size);
	let filled = 0;
	for await (const piece of source.fetch(descriptor, signal)) {
		if (filled + piece.length > size) throw sizeMismatch(descriptor, `more than ${size}`);
		bytes.set(piece, filled);
		filled += piece.length;
	}
	await demandContent(bytes.subarray(0, filled), descriptor);
	return bytes;
}

/** @throws Fault DIGEST_MISMATCH unless the bytes are those that the descriptor promises. */
export async function demandContent(bytes: Uint8Array, descriptor: Descriptor): Promise<void> {
	const found = await digestAs(bytes, descriptor.digest);
	if (bytes.length !== descriptor.size)
		throw digestMismatch(descriptor.digest, found, `${bytes.length} bytes came, not ${descriptor.size}`);
	if (found !== descriptor.digest) throw digestMismatch(descriptor.digest, found);
}

/** The bytes' own digest, by the algorithm of another. */
export async function digestAs(bytes: Uint8Array, like: Digest): Promise<Digest> {
	if (algorithmOf(like) === "sha256") return digestOf(bytes);
	const hash = await crypto.subtle.digest("SHA-512", new Uint8Array(bytes));
	return `sha512:${toHex(new Uint8Array(hash))}` as Digest;
}

/** The one message for bytes that are not what their digest promises. */
export function digestMismatch(expected: Digest, found: Digest, where?: string): Fault {
	return new Fault("DIGEST_MISMATCH", `cannot use '${expected}': its bytes are others`, {
		note: [`expected ${expected}`, `found    ${found}`, ...(where === undefined ? [] : [where])],
	});
}

/** The one message for content that is shorter or longer than its descriptor says. */
export function sizeMismatch({ digest, size }: Descriptor, found: string): Fault {
	return new Fault("DIGEST_MISMATCH", `cannot use '${digest}': its bytes are others`, {
		note: `expected ${size} bytes, found ${found}`,
	});
}
