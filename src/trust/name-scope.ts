/** Which names a rule is for: globs of our own form, scopes of containers' policy.json. */

export interface NameScope {
	/** As it was written. */
	readonly text: string;
	/** Of two that match a name, the one of the higher rank decides. */
	readonly rank: number;
	/** Whether it is for a canonical reference, `docker.io/library/hello:latest`. */
	matches(reference: string): boolean;
}

/** Longer than any reference may be. */
export const SCOPE_LENGTH_MAX = 512;

/** Above every number of characters that a scope may have. */
const STEP = 1024;

/**
 * A glob of names: `*` stands for anything within one part of a path, `**` for anything at all, and `*`
 * alone for every name. A short name is meant as docker means it: `hello` is `docker.io/library/hello`.
 * Without a tag it is for all tags and digests.
 *
 * The more specific glob has more characters before its first star, then more in all.
 */
export function globScope(text: string): NameScope {
	const glob = text === "*" || text === "**" ? "**" : withHostInLowerCase(fullName(text));
	const first = glob.indexOf("*");
	const prefix = first < 0 ? glob.length : first;
	return {
		text,
		rank: (first < 0 ? STEP * STEP : 0) + prefix * STEP + glob.replaceAll("*", "").length,
		matches: (reference) => matchesGlob(glob, reference) || matchesGlob(glob, repositoryOf(reference)),
	};
}

/**
 * A scope of the transport `docker` in a policy.json (containers-policy.json(5)): a reference, a
 * repository, a path above it, a host, `*.` and a domain, or "" for all. The longest match decides, and
 * one with a star only after all others.
 */
export function containersScope(text: string): NameScope {
	const wild = text.startsWith("*.");
	const scope = withHostInLowerCase(text);
	return {
		text,
		rank: wild ? text.length : text === "" ? 0 : STEP + text.length,
		matches: (reference) => (wild ? isUnderDomain(reference, scope.slice(1)) : isWithin(reference, scope)),
	};
}

/** As references have it: whoever wrote a rule with another case meant the same host. */
function withHostInLowerCase(name: string): string {
	const host = hostOf(name);
	return /[.:]/.test(host) ? host.toLowerCase() + name.slice(host.length) : name;
}

/** `docker.io/library/hello` of `docker.io/library/hello:latest`, or of what ends in `@sha256:...`. */
export function repositoryOf(reference: string): string {
	const [name = ""] = reference.split("@", 1);
	const colon = name.indexOf(":", name.lastIndexOf("/") + 1);
	return colon < 0 ? name : name.slice(0, colon);
}

/** The registry: what stands before the first slash. */
export function hostOf(reference: string): string {
	return reference.split("/", 1)[0] ?? "";
}

function fullName(text: string): string {
	const [first = "", ...rest] = text.split("/");
	if (rest.length === 0) return `docker.io/library/${text}`;
	return /[.:*]/.test(first) || first === "localhost" ? text : `docker.io/${text}`;
}

function isUnderDomain(reference: string, domain: string): boolean {
	return hostOf(reference).endsWith(domain);
}

function isWithin(reference: string, scope: string): boolean {
	if (!reference.startsWith(scope)) return false;
	const next = reference.charAt(scope.length);
	const isHost = !scope.includes("/");
	return scope === "" || next === "" || next === "/" || (!isHost && (next === ":" || next === "@"));
}

/** Walks all ways of reading the glob at once, so that no glob takes long. */
function matchesGlob(glob: string, name: string): boolean {
	const parts = glob.match(/\*\*|\*|[^*]/g) ?? [];
	let ways = closure(parts, new Set([0]));
	for (const character of name) {
		const next = new Set<number>();
		for (const at of ways) {
			const part = parts[at];
			if (part === "**" || (part === "*" && character !== "/")) next.add(at);
			else if (part === character) next.add(at + 1);
		}
		ways = closure(parts, next);
	}
	return ways.has(parts.length);
}

/** Stars may stand for nothing. */
function closure(parts: readonly string[], ways: Set<number>): Set<number> {
	for (const at of ways) if (parts[at]?.startsWith("*") === true) ways.add(at + 1);
	return ways;
}
