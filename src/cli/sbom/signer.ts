import type { Signer } from "../../trust/attestations.ts";
import { signingTime } from "../trust/signing-time.ts";

/**
 * Who signs, from the file of a private key; nobody without one.
 *
 * @throws Fault KEY_INVALID, and USAGE where its password cannot be asked for
 */
export async function signerOf(key: string | undefined, passwordStdin: boolean): Promise<Signer | undefined> {
	if (key === undefined) return undefined;
	const { readSigningKeyFile } = await import("../trust/key-files.ts");
	return { key: await readSigningKeyFile(key, passwordStdin), created: signingTime() };
}
