import { Fault } from "../base/fault.ts";
import { type Digest, isDigest, parseDigest } from "./digest.ts";

/** The name of an image, with nothing left out: what `docker.io/library/hello:latest` says. */
export interface Reference {
	/** `docker.io`, `127.0.0.1:5000`, `[::1]:5000`. */
	readonly registry: string;
	/** The repository in the registry: `library/hello`. */
	readonly path: string;
	readonly tag: string | undefined;
	/** Counts before the tag where both are given. */
	readonly digest: Digest | undefined;
}

/** What a person names an image by: its name, or the digest of one that is in the store. */
export type ImageName =
	| { readonly kind: "reference"; readonly reference: Reference }
	| { readonly kind: "digest"; readonly digest: Digest };

export const DEFAULT_REGISTRY = "docker.io";
export const DEFAULT_TAG = "latest";

/** Docker's own limits (distribution/reference). */
const PATH_CHARACTERS_MAX = 255;
const REGISTRY_CHARACTERS_MAX = 255;
const TAG_CHARACTERS_MAX = 128;
const REFERENCE_CHARACTERS_MAX = 1024;

const LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const REGISTRY = new RegExp(`^(?:${LABEL}(?:\\.${LABEL})*|\\[[0-9a-fA-F:]+\\])(?::([0-9]{1,5}))?$`);
const COMPONENT = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const PATH = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const TAG = /^\w[\w.-]*$/;

/**
 * Reads `[HOST[:PORT]/]NAME[:TAG][@DIGEST]` as docker does. A name without a host is docker.io's, one
 * without a slash there is in `library/`; with neither tag nor digest it is `latest`.
 *
 * @throws Fault REFERENCE_INVALID, or DIGEST_INVALID for what stands behind the '@'
 */
export function parseReference(text: string): Reference {
	const named = parseNamed(text);
	if (named.tag !== undefined || named.digest !== undefined) return named;
	return { ...named, tag: DEFAULT_TAG };
}

/** As `parseReference`, but a tag that was left out stays out: for lists, where it stands for all tags. */
export function parseNamed(text: string): Reference {
	if (text.length > REFERENCE_CHARACTERS_MAX) throw tooLong(text, "it", REFERENCE_CHARACTERS_MAX);
	const { name, tag, digest } = splitEnds(text);
	const { registry: spelled, path } = splitRegistry(name);
	checkRegistry(text, spelled);
	const registry = oneSpelling(spelled);
	if (registry === undefined) throw noRegistry(text, spelled);
	checkPath(text, path);
	if (tag !== undefined) checkTag(text, tag);
	return {
		registry,
		path: registry === DEFAULT_REGISTRY && !path.includes("/") ? `library/${path}` : path,
		tag,
		digest: digest === undefined ? undefined : parseDigest(digest),
	};
}

/** A reference, or a digest alone: `sha256:...`, `@sha256:...` or the 64 digits of a SHA-256. */
export function parseImageName(text: string): ImageName {
	const bare = text.startsWith("@") ? text.slice(1) : text;
	if (isDigest(bare)) return { kind: "digest", digest: bare };
	if (/^[0-9a-f]{64}$/.test(bare)) return { kind: "digest", digest: parseDigest(`sha256:${bare}`) };
	if (text.startsWith("@") || /^sha(?:256|512):[0-9a-f]{32,}$/i.test(text))
		return { kind: "digest", digest: parseDigest(bare) };
	return { kind: "reference", reference: parseReference(text) };
}

/** The whole name, that `parseReference` reads back the same: `docker.io/library/hello:latest`. */
export function formatReference(reference: Reference): string {
	return repositoryName(reference) + ends(reference);
}

/** As docker shows it, without what goes without saying: `hello:latest`. Reads back the same. */
export function familiarName(reference: Reference): string {
	return familiarRepository(reference) + ends(reference);
}

/** `docker.io/library/hello`: what a Repository is called. */
export function repositoryName({ registry, path }: Pick<Reference, "registry" | "path">): string {
	return `${registry}/${path}`;
}

/** The repository as docker shows it: `hello`, `127.0.0.1:5000/a/b`. */
export function familiarRepository({ registry, path }: Pick<Reference, "registry" | "path">): string {
	if (registry !== DEFAULT_REGISTRY) return `${registry}/${path}`;
	const short = /^library\/([^/]+)$/.exec(path)?.[1];
	if (short !== undefined) return short;
	// docker.io/example.com/app without its host would be another registry's
	const first = path.slice(0, path.indexOf("/"));
	return looksLikeRegistry(first) ? `${registry}/${path}` : path;
}

function ends({ tag, digest }: Reference): string {
	return (tag === undefined ? "" : `:${tag}`) + (digest === undefined ? "" : `@${digest}`);
}

function splitEnds(text: string): { name: string; tag: string | undefined; digest: string | undefined } {
	const at = text.indexOf("@");
	const named = at < 0 ? text : text.slice(0, at);
	const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
	return {
		name: colon < 0 ? named : named.slice(0, colon),
		tag: colon < 0 ? undefined : named.slice(colon + 1),
		digest: at < 0 ? undefined : text.slice(at + 1),
	};
}

function splitRegistry(name: string): { registry: string; path: string } {
	const slash = name.indexOf("/");
	const first = name.slice(0, Math.max(0, slash));
	if (slash < 0 || !looksLikeRegistry(first)) return { registry: DEFAULT_REGISTRY, path: name };
	return { registry: first, path: name.slice(slash + 1) };
}

const HUB_NAMES: ReadonlySet<string> = new Set(["index.docker.io", "registry-1.docker.io"]);

/**
 * One registry has one name here, so that a rule or a pin for it holds however it is written: no case, no
 * zeros before a port, addresses as URLs write them. Undefined: it looks like an address and is none.
 */
function oneSpelling(registry: string): string | undefined {
	// a single word is a registry by its upper case alone
	if (!/[.:]/.test(registry) && registry.toLowerCase() !== "localhost") return registry;
	const [, host = "", port] = /^(.*?)(?::(\d+))?$/.exec(registry.toLowerCase()) ?? [];
	const isAddress = host.startsWith("[") || /(?:^|\.)(?:\d+|0x[\da-f]*)$/.test(host);
	const name = isAddress ? URL.parse(`http://${host}/`)?.hostname : host;
	if (name === undefined) return undefined;
	if (port !== undefined) return `${name}:${Number(port)}`;
	return HUB_NAMES.has(name) ? DEFAULT_REGISTRY : name;
}

/** Docker's rule: a dot, a colon, an upper-case letter, or just `localhost`. */
function looksLikeRegistry(first: string): boolean {
	return /[.:A-Z]/.test(first) || first === "localhost";
}

function checkRegistry(text: string, registry: string): void {
	if (registry.length > REGISTRY_CHARACTERS_MAX) throw tooLong(text, "its registry", REGISTRY_CHARACTERS_MAX);
	const match = REGISTRY.exec(registry);
	if (match !== null && Number(match[1] ?? 1) <= 65_535 && Number(match[1] ?? 1) > 0) return;
	if (/^https?:$/.test(registry))
		throw invalid(text, "a name has no scheme before its registry", text.replace(/^https?:\/\//, ""));
	if (/[A-Z]/.test(registry) && !/[.:]/.test(registry)) throw notLowerCase(text);
	throw noRegistry(text, registry);
}

function noRegistry(text: string, registry: string): Fault {
	return invalid(text, `'${registry}' is no registry: a host, and perhaps a port from 1 to 65535`);
}

function checkPath(text: string, path: string): void {
	if (path.length > PATH_CHARACTERS_MAX) throw tooLong(text, "its repository", PATH_CHARACTERS_MAX);
	if (PATH.test(path)) return;
	if (PATH.test(path.toLowerCase())) throw notLowerCase(text);
	if (path === "") throw invalid(text, "the name of the repository is missing");
	throw invalid(
		text,
		"a repository has lower-case letters and digits, parted by '/', '.', '_', '__' or '-', none of them first or last",
	);
}

function checkTag(text: string, tag: string): void {
	if (tag.length > TAG_CHARACTERS_MAX) throw tooLong(text, "its tag", TAG_CHARACTERS_MAX);
	if (TAG.test(tag)) return;
	if (tag === "") throw invalid(text, "the tag behind the ':' is missing", text.replace(/:(?=@|$)/, ""));
	throw invalid(text, "a tag has letters, digits, '_', '.' and '-', and begins with none of the last two");
}

function tooLong(text: string, what: string, characters_max: number): Fault {
	return invalid(text, `${what} has more than ${characters_max} characters`);
}

function notLowerCase(text: string): Fault {
	const at = text.search(/[:@][^/]*$/);
	const name = at < 0 ? text : text.slice(0, at);
	return invalid(text, "a repository's name is in lower case", name.toLowerCase() + text.slice(name.length));
}

function invalid(text: string, note: string, help?: string): Fault {
	const shown = text.length > 100 ? `${text.slice(0, 100)}...` : text;
	return new Fault("REFERENCE_INVALID", `cannot read '${shown}' as the name of an image`, { note, help });
}
