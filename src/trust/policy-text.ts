/** What the readers of both forms of policies share. */
import { Fault } from "../base/fault.ts";
import { nearMisses, orList } from "../base/near.ts";
import type { JsonObject } from "../oci/json.ts";
import type { TrustKey } from "./trust-policy.ts";

/** A policy as text, and what has to be known beside it. */
export interface PolicyText {
	/** As the person names it. */
	readonly file: string;
	readonly text: string;
	/** What is in a key's file; a relative name starts at the policy's folder. Throws a Fault. */
	readonly readKey: (file: string) => Uint8Array;
}

export function policyFault(where: string, problem: string | readonly string[], cause?: unknown): Fault {
	return new Fault("TRUST_POLICY_INVALID", `cannot read the trust policy '${where}'`, {
		note: problem,
		help: "wherry explain TRUST_POLICY_INVALID",
		cause,
	});
}

/** `file:line` of the first line that has `quoted` in it, where people will look. */
export function lineOf({ file, text }: PolicyText, quoted: string): string {
	const at = text.indexOf(quoted);
	return at < 0 ? file : `${file}:${text.slice(0, at).split("\n").length}`;
}

/** A key that a policy names: PEM as it stands there, or a file of it. */
export function keyOf({ readKey }: PolicyText, word: string): TrustKey {
	if (word.includes("-----BEGIN "))
		return { content: new TextEncoder().encode(word), from: "the key in the policy" };
	return { content: readKey(word), from: word };
}

/** Refuses members that we do not know, and those that are null: a demand must never be lost in silence. */
export function demandKnown(
	object: JsonObject | undefined,
	known: readonly string[],
	where: string,
	what: string,
): void {
	for (const name of object?.names() ?? []) {
		if (known.includes(name) && object?.has(name) === true) continue;
		if (known.includes(name)) throw policyFault(where, `'${name}' is null`);
		const near = nearMisses(name, known);
		const meant = near.length > 0 ? `did you mean ${orList(near)}?` : `there are ${orList(known, "and")}`;
		throw policyFault(where, `'${name}' is not ${what}; ${meant}`);
	}
}
