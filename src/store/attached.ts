/** Tags by which signatures and the like are attached to an image where a registry knows no referrers. */
import { type Digest, isDigest } from "../oci/digest.ts";

/** `sha256-HEX` of the distribution-spec, and cosign's `sha256-HEX.sig`, `.att`, `.sbom`. */
const FORM = /^(sha256|sha512)-([0-9a-f]+)(?:\.[a-z]+)?$/;

/** The digest that such a tag is attached to; undefined: an ordinary tag. */
export function attachedTo(tag: string): Digest | undefined {
	const [, algorithm, hex] = FORM.exec(tag) ?? [];
	const digest = `${algorithm}:${hex}`;
	return isDigest(digest) ? digest : undefined;
}

/** A name's repository and what stands behind it: a tag, or a digest behind '@'. */
export function splitName(name: string): {
	repository: string;
	tag: string | undefined;
	digest: string | undefined;
} {
	const at = name.indexOf("@");
	if (at >= 0)
		return {
			repository: splitName(name.slice(0, at)).repository,
			tag: undefined,
			digest: name.slice(at + 1),
		};
	const colon = name.lastIndexOf(":");
	if (colon <= name.lastIndexOf("/")) return { repository: name, tag: undefined, digest: undefined };
	return { repository: name.slice(0, colon), tag: name.slice(colon + 1), digest: undefined };
}

/** The digest that an entry of this name is attached to. */
export function subjectOfName(name: string | undefined): Digest | undefined {
	const tag = name === undefined ? undefined : splitName(name).tag;
	return tag === undefined ? undefined : attachedTo(tag);
}
