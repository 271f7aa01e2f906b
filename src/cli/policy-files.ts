import { parsePolicy } from "../capability/policy.ts";
import type { Wishes } from "../capability/wishes.ts";
import { readText } from "./text-file.ts";

/** What these policy files ask for, in order. */
export async function readPolicies(files: readonly string[]): Promise<Wishes[]> {
	const policies: Wishes[] = [];
	for (const file of files) policies.push(await parsePolicy(readText(file, "the policy"), file));
	return policies;
}
