import { dirname, resolve } from "node:path";
import { Fault } from "../../base/fault.ts";
import { shellWord } from "../../base/shell.ts";
import { POLICY_BYTES_MAX, readPolicy } from "../../trust/read-policy.ts";
import type { TrustPolicy } from "../../trust/trust-policy.ts";
import { KEY_BYTES_MAX, readBounded } from "./trust-files.ts";

/**
 * Reads a trust policy and the files of keys that it names, which stand beside it.
 *
 * @throws Fault TRUST_POLICY_INVALID
 */
export async function readTrustPolicy(file: string): Promise<TrustPolicy> {
	const bytes = readBounded(file, POLICY_BYTES_MAX, "TRUST_POLICY_INVALID");
	if (bytes === undefined)
		throw new Fault("TRUST_POLICY_INVALID", `cannot find the trust policy '${file}'`, {
			note: `looked in ${process.cwd()}`,
			help: "wherry trust rule --help    says how one is written",
		});
	const folder = dirname(resolve(file));
	return readPolicy(bytes, { file, readKey: (name) => readKey(file, resolve(folder, name)) });
}

/**
 * The policy that a text would be in its place; `keys` are those that would stand beside it.
 *
 * @throws Fault TRUST_POLICY_INVALID
 */
export async function trustPolicyOf(
	{ file, text }: { readonly file: string; readonly text: string },
	keys: ReadonlyMap<string, Uint8Array>,
): Promise<TrustPolicy> {
	const folder = dirname(resolve(file));
	return readPolicy(new TextEncoder().encode(text), {
		file,
		readKey: (name) => keys.get(name) ?? readKey(file, resolve(folder, name)),
	});
}

function readKey(policy: string, file: string): Uint8Array {
	const bytes = readBounded(file, KEY_BYTES_MAX, "TRUST_POLICY_INVALID");
	if (bytes !== undefined) return bytes;
	throw new Fault("TRUST_POLICY_INVALID", `cannot read the trust policy '${policy}'`, {
		note: `it names the key '${file}', which is not there`,
		help: `ls ${shellWord(dirname(file))}`,
	});
}
