import { libc } from "./libc.ts";

const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;

/**
 * Has this process killed when the one that started it ends, however that ends (prctl(2), Linux). Elsewhere it does nothing: whoever
 * kills the parent there has to end this one, too.
 */
export function endWithParent(): void {
	libc()?.prctl(PR_SET_PDEATHSIG, BigInt(SIGKILL), 0n, 0n, 0n);
}
