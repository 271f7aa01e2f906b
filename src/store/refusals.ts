/** What the store says when it cannot do what is asked. */
import { Fault } from "../base/fault.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";

/** The bytes are not those that the digest promises. */
export function mismatch(
	file: string,
	expected: Descriptor,
	found: { readonly digest?: Digest; readonly size?: number },
): Fault {
	const note =
		found.digest === undefined
			? [`expected ${expected.size} bytes of ${expected.digest}`, `found ${found.size} bytes`]
			: [`expected ${expected.digest}`, `found ${found.digest}${bytesOf(found.size)}`];
	return new Fault("DIGEST_MISMATCH", `the file '${file}' does not hold what its name says`, {
		note: [...note, "nothing of it was used"],
		help: "pull or build the image again: that puts the file right",
	});
}

function bytesOf(size: number | undefined): string {
	return size === undefined ? "" : `, ${size} bytes`;
}

/** Content came that is not what its descriptor says. */
export function wrongContent(
	expected: Descriptor,
	found: { readonly digest?: Digest; readonly size?: string },
): Fault {
	return new Fault("DIGEST_MISMATCH", `what came is not '${expected.digest}'`, {
		note:
			found.digest === undefined
				? [`expected ${expected.size} bytes`, `found ${found.size}`]
				: [
						`expected ${expected.digest}`,
						`found ${found.digest}${found.size === undefined ? "" : `, ${found.size}`}`,
					],
		help: "try again; if it stays so, where it comes from holds wrong bytes",
	});
}

export function missing(file: string, { digest }: Descriptor): Fault {
	return new Fault("IMAGE_NOT_FOUND", `the store does not hold '${digest}'`, {
		note: `there is no file '${file}'`,
		help: "pull or build the image again",
	});
}

export function tooLarge({ digest, size }: Descriptor, max_bytes: number): Fault {
	return new Fault("IMAGE_INVALID", `'${digest}' is too large`, {
		note: `it has ${size} bytes, and at most ${max_bytes} are taken of its kind`,
		help: "wherry image inspect NAME    to see what the image holds",
	});
}

/** The system refused: a full disk, missing rights. */
export function unreadable(file: string, cause: unknown): Fault {
	return new Fault("IO", `cannot read '${file}'`, {
		note: `the system says: ${(cause as Error).message}`,
		help: `ls -l ${file}    to see who may`,
		cause,
	});
}

export function unwritable(file: string, cause: unknown): Fault {
	const { code } = cause as NodeJS.ErrnoException;
	const isFull = code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG";
	return new Fault("IO", `cannot write '${file}'`, {
		note: [`the system says: ${(cause as Error).message}`, "what was in the store before is there as it was"],
		help: isFull ? "wherry prune    removes images that have no name" : `ls -ld ${file}    to see who may`,
		cause,
	});
}

export function invalidStore(folder: string, note: string, help: string): Fault {
	return new Fault("STORE_INVALID", `cannot use the store '${folder}'`, { note, help });
}
