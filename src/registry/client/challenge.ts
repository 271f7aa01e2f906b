/** What a registry demands before it answers (RFC 9110, 11.6.1). */
export interface Challenge {
	/** In lower case: `basic`, `bearer`. */
	readonly scheme: string;
	/** Names in lower case. */
	readonly parameters: ReadonlyMap<string, string>;
}

const HEADER_CHARACTERS_MAX = 8 << 10;

/**
 * The challenges of a WWW-Authenticate header, in order. What does not read as one ends the list: all
 * before it stays.
 */
export function parseChallenges(header: string | null): Challenge[] {
	const challenges: Challenge[] = [];
	let rest = (header ?? "").slice(0, HEADER_CHARACTERS_MAX);
	for (;;) {
		const scheme = /^[\s,]*([A-Za-z][A-Za-z0-9._~+-]*)(?=\s|,|$)/.exec(rest);
		if (scheme === null) return challenges;
		rest = rest.slice(scheme[0].length);
		const parameters = new Map<string, string>();
		for (;;) {
			const parameter = PARAMETER.exec(rest);
			if (parameter === null) break;
			rest = rest.slice(parameter[0].length);
			parameters.set(parameter[1]!.toLowerCase(), parameter[2]?.replaceAll(/\\(.)/g, "$1") ?? parameter[3]!);
		}
		challenges.push({ scheme: scheme[1]!.toLowerCase(), parameters });
	}
}

const PARAMETER = /^[\s,]*([A-Za-z][A-Za-z0-9._~+-]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))/;
