import { createHash } from "node:crypto";
import type { Digest } from "../../oci/digest.ts";
import { readText } from "../text-file.ts";

/** Of a policy file's text: what wherry.lock holds a run to. */
export function policyDigest(file: string): Digest {
	const text = readText(file, "the policy");
	return `sha256:${createHash("sha256").update(text).digest("hex")}` as Digest;
}
