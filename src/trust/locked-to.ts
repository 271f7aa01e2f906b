import { Fault } from "../base/fault.ts";
import type { Digest } from "../oci/digest.ts";
import type { Candidate } from "./admission.ts";
import type { Lock, LockedImage } from "./lock.ts";
import { repositoryOf } from "./name-scope.ts";

/**
 * Holds what is to be let in to the lock, if there is one; `keys`, once they are known, are those whose
 * signatures were demanded and verified.
 *
 * @throws Fault LOCK_DRIFT
 */
export function demandLocked(lock: Lock | undefined, candidate: Candidate, keys?: readonly string[]): void {
	if (lock === undefined) return;
	const { digest, layers, reference = "" } = candidate;
	const locked = lock.images.get(reference) ?? lockedByDigest(lock, reference, digest);
	if (locked === undefined) throw notLocked(lock, candidate);
	if (locked.manifest !== digest) throw drift(lock, candidate, locked.manifest, digest);
	if (layers !== undefined && layers.join() !== locked.layers.join())
		throw drift(lock, candidate, layersOf(locked.layers), layersOf(layers));
	if (keys !== undefined && keys.join() !== locked.keys.join())
		throw drift(lock, candidate, signedBy(locked.keys), signedBy(keys));
}

/**
 * Refuses a name that the lock does not hold, before anything is asked of a registry.
 *
 * @throws Fault LOCK_DRIFT
 */
export function demandInLock(
	lock: Lock | undefined,
	{ reference, shown }: Pick<Candidate, "reference" | "shown">,
): void {
	// by a digest the lock may hold it under another name: what comes is looked at
	if (lock === undefined || reference === undefined || reference.includes("@")) return;
	if (!lock.images.has(reference)) throw notLocked(lock, { shown });
}

/**
 * Holds a run to the policy that was locked with its image.
 *
 * @param policies digests of the policy files that it is run with
 * @param beyond flags that grant more than they do
 * @throws Fault LOCK_DRIFT
 */
export function demandPolicy(
	lock: Lock | undefined,
	{ reference = "", shown, digest }: Pick<Candidate, "reference" | "shown" | "digest">,
	policies: readonly Digest[],
	beyond: readonly string[],
): void {
	if (lock === undefined) return;
	const locked = lock.images.get(reference) ?? lockedByDigest(lock, reference, digest);
	if (locked?.policy === undefined) return;
	if (policies.join() === locked.policy) {
		if (beyond.length > 0) throw grantedMore(lock, shown, beyond);
		return;
	}
	throw new Fault("LOCK_DRIFT", `'${shown}' is not run with the policy that was locked`, {
		note: [
			`expected the policy ${locked.policy}`,
			`found    ${policies.length === 0 ? "no policy" : policies.join(" ")}`,
			`the lock is '${lock.file}'`,
		],
		help: [
			`wherry run --locked --policy FILE ${shown}`,
			`wherry approve --policy FILE ${shown}    if the change is wanted`,
		],
	});
}

function grantedMore({ file }: Lock, shown: string, beyond: readonly string[]): Fault {
	return new Fault("LOCK_DRIFT", `'${shown}' is granted more than the policy that was locked`, {
		note: [...beyond.map((words) => `beyond it: ${words}`), `the lock is '${file}'`],
		help: [
			`wherry run --locked --policy FILE ${shown}    without them`,
			`wherry approve --policy FILE ${shown}    once they are in the policy`,
		],
	});
}

/** A name with a digest is held to the names of the same repository. */
function lockedByDigest(lock: Lock, reference: string, digest: Digest): LockedImage | undefined {
	if (!reference.includes("@")) return undefined;
	const repository = repositoryOf(reference);
	for (const [name, locked] of lock.images)
		if (repositoryOf(name) === repository && locked.manifest === digest) return locked;
	return undefined;
}

function layersOf(layers: readonly Digest[]): string {
	return `the layers ${layers.join(" ")}`;
}

function signedBy(keys: readonly string[]): string {
	return keys.length === 0 ? "no demanded signature" : `a signature by ${keys.join(" and ")}`;
}

function notLocked({ file }: Lock, { shown, digest }: Pick<Candidate, "shown"> & Partial<Candidate>): Fault {
	const expected = `expected one of the images that '${file}' names`;
	return new Fault("LOCK_DRIFT", `'${shown}' is not in the lock`, {
		note: digest === undefined ? expected : [expected, `found    ${digest}`],
		help: `wherry lock ${shown}`,
	});
}

function drift({ file }: Lock, { shown }: Candidate, expected: string, found: string): Fault {
	return new Fault("LOCK_DRIFT", `'${shown}' is not what the lock says`, {
		note: [`expected ${expected}`, `found    ${found}`, `the lock is '${file}'`],
		help: [
			`wherry approve ${shown}    shows the change, and asks`,
			`wherry lock ${shown}    if the change is wanted`,
		],
	});
}
