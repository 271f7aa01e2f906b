import { createHash } from "node:crypto";
import { explain } from "../../capability/explain.ts";
import { parsePolicy } from "../../capability/policy.ts";
import { settle } from "../../capability/wishes.ts";
import type { Digest } from "../../oci/digest.ts";
import { readText } from "../text-file.ts";

/** Of a policy file's text: what wherry.lock holds a run to. */
export function policyDigest(file: string): Digest {
	const text = readText(file, "the policy");
	return `sha256:${createHash("sha256").update(text).digest("hex")}` as Digest;
}

/**
 * The digest of a policy that is to be locked, and what it grants, in words.
 *
 * @throws Fault POLICY_INVALID for what a run would not take
 */
export async function policyToLock(file: string): Promise<{ digest: Digest; grants: readonly string[] }> {
	const wishes = await parsePolicy(readText(file, "the policy"), file);
	const named = { ...wishes, env: wishes.env.map(({ name }) => ({ name, value: "" })) };
	return { digest: policyDigest(file), grants: explain(settle([named], () => undefined).grants) };
}
