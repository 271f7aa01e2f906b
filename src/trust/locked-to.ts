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

function notLocked({ file }: Lock, { shown, digest }: Candidate): Fault {
	return new Fault("LOCK_DRIFT", `'${shown}' is not in the lock`, {
		note: [`expected one of the images that '${file}' names`, `found    ${digest}`],
		help: `wherry lock ${shown}`,
	});
}

function drift({ file }: Lock, { shown }: Candidate, expected: string, found: string): Fault {
	return new Fault("LOCK_DRIFT", `'${shown}' is not what the lock says`, {
		note: [`expected ${expected}`, `found    ${found}`, `the lock is '${file}'`],
		help: `wherry lock ${shown}    if the change is wanted`,
	});
}
