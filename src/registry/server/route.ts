import { type Digest, isDigest } from "../../oci/digest.ts";
import { isRepositoryName, isTag } from "./names.ts";
import { Problem } from "./problem.ts";

/** What a request's address speaks of (distribution-spec, "Endpoints"). */
export type Route =
	| { readonly kind: "base" }
	| { readonly kind: "token" }
	| { readonly kind: "catalog" }
	| { readonly kind: "tags" | "uploads"; readonly repository: string }
	| { readonly kind: "upload"; readonly repository: string; readonly id: string }
	| { readonly kind: "manifest"; readonly repository: string; readonly name: ManifestName }
	| { readonly kind: "blob" | "referrers"; readonly repository: string; readonly digest: Digest };

/** The `<tag-or-digest>` of the spec; "neither" is what no manifest can be called. */
export type ManifestName =
	| { readonly kind: "tag"; readonly tag: string }
	| { readonly kind: "digest"; readonly digest: Digest }
	| { readonly kind: "neither" };

export interface Address {
	readonly route: Route;
	readonly query: URLSearchParams;
}

/**
 * Reads the target of a request. Nothing in it ever becomes a path of files: names are held to the
 * spec's grammar, and dots are not resolved.
 *
 * @throws Problem 400 for what is malformed, 404 for what no endpoint answers
 */
export function parseAddress(target: string): Address {
	const question = target.indexOf("?");
	const path = decoded(question < 0 ? target : target.slice(0, question));
	const query = new URLSearchParams(question < 0 ? "" : target.slice(question));
	return { route: parsePath(path), query };
}

function parsePath(path: string): Route {
	if (path === "/v2" || path === "/v2/") return { kind: "base" };
	if (path === "/token") return { kind: "token" };
	if (path === "/v2/_catalog") return { kind: "catalog" };
	const [root, version, ...words] = path.split("/");
	if (root !== "" || version !== "v2") throw noEndpoint();
	return parseWords(words);
}

/** Repositories may be called like endpoints: the words that count are the last ones. */
function parseWords(words: readonly string[]): Route {
	const last = words.at(-1) ?? "";
	const named = words.at(-2);
	if (words.at(-3) === "blobs" && named === "uploads") return parseUpload(words.slice(0, -3), last);
	if (named === "blobs" && last === "uploads") return { kind: "uploads", repository: repository(words, 2) };
	if (named === "tags" && last === "list") return { kind: "tags", repository: repository(words, 2) };
	if (named === "manifests")
		return { kind: "manifest", repository: repository(words, 2), name: manifestName(last) };
	if (named === "blobs" || named === "referrers")
		return {
			kind: named === "blobs" ? "blob" : named,
			repository: repository(words, 2),
			digest: checkedDigest(last),
		};
	throw noEndpoint();
}

function parseUpload(name: readonly string[], id: string): Route {
	if (id === "") return { kind: "uploads", repository: repository(name, 0) };
	return { kind: "upload", repository: repository(name, 0), id };
}

function repository(words: readonly string[], behind: number): string {
	const name = words.slice(0, words.length - behind).join("/");
	if (isRepositoryName(name)) return name;
	throw new Problem(400, "NAME_INVALID", "the repository's name is not one of the spec's grammar");
}

function manifestName(text: string): ManifestName {
	if (isDigest(text)) return { kind: "digest", digest: text };
	return isTag(text) ? { kind: "tag", tag: text } : { kind: "neither" };
}

/** @throws Problem DIGEST_INVALID */
export function checkedDigest(text: string): Digest {
	if (isDigest(text)) return text;
	throw new Problem(400, "DIGEST_INVALID", "a digest is sha256: and 64 digits, or sha512: and 128");
}

function decoded(path: string): string {
	try {
		return decodeURIComponent(path);
	} catch {
		throw new Problem(400, "NAME_INVALID", "the address is not well-formed");
	}
}

function noEndpoint(): Problem {
	return new Problem(404, "UNSUPPORTED", "there is no such endpoint");
}
