import { type Examined, examine } from "../../inspect/diff.ts";
import type { Advisory } from "../../inspect/findings/advisories.ts";
import { sha256Of } from "../../store/hash.ts";
import { programBytes } from "../program-bytes.ts";

/**
 * A program by the word that names it, with all that is in it.
 *
 * @throws Fault what `programBytes` and `examine` throw
 */
export async function examineProgram(
	word: string,
	verb: string,
	advisories: readonly Advisory[] = [],
): Promise<Examined> {
	const bytes = await programBytes(word, verb);
	return examine(bytes, word, { advisories, digest: sha256Of(bytes) });
}
