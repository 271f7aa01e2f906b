/** What run, pull, load and build ask of trust, on this machine. */
import { Fault } from "../../base/fault.ts";
import type { Digest } from "../../oci/digest.ts";
import type { Repository } from "../../oci/content.ts";
import { type Admission, admit, admitByPin, type Candidate, type TrustState } from "../../trust/admission.ts";
import { DEFAULT_POLICY } from "../../trust/trust-policy.ts";
import { changePins } from "./change-pins.ts";
import { openPins, policyFile, readLock, readPins } from "./trust-files.ts";

/** What the flags of run and pull say of trust. */
export interface TrustAsked {
	/** `--trust-policy FILE`. */
	readonly policy?: string | undefined;
	/** `--locked`. */
	readonly locked?: boolean;
}

/**
 * Reads all that decides. At once where nobody wrote a policy, as in a new install; else a promise,
 * for the reader of policies has to be loaded.
 *
 * @throws Fault TRUST_POLICY_INVALID, STORE_INVALID, LOCK_DRIFT: what cannot be read trusts nothing
 */
export function openTrust(asked: TrustAsked = {}): TrustState | Promise<TrustState> {
	const file = asked.policy ?? policyFile();
	const rest = { pins: openPins(), lock: asked.locked === true ? readLock() : undefined };
	if (file === undefined) return { policy: DEFAULT_POLICY, ...rest };
	return import("./policy-file.ts").then(async ({ readTrustPolicy }) => ({
		policy: await readTrustPolicy(file),
		...rest,
	}));
}

/**
 * Asks before a run. At once when names and pins decide; a promise when signatures have to be looked at:
 * those beside the image.
 *
 * @throws Fault UNTRUSTED, PIN_CHANGED, LOCK_DRIFT, SIGNATURE_MISSING, SIGNATURE_INVALID
 */
export function admitRun(
	trust: TrustState,
	candidate: Candidate,
	image: WhereImageIs,
): Admission | Promise<Admission> {
	if (trust.lock !== undefined && candidate.layers === undefined) return admitLocked(trust, candidate, image);
	const admission = notingOffers(candidate, () => admitByPin(trust, candidate));
	return admission ?? admitWithSignatures(trust, candidate, image);
}

/** The layers are held to the lock too, so that no digest in it is wrong in silence. */
async function admitLocked(trust: TrustState, candidate: Candidate, image: WhereImageIs): Promise<Admission> {
	const repository = await image();
	try {
		notingOffers(candidate, () => admitByPin(trust, candidate));
	} catch (error) {
		throw await withNeeds(error, trust, candidate, repository);
	}
	const root = await repository.resolve(candidate.digest);
	if (root === undefined) throw notHere(candidate);
	const { openImage } = await import("../../oci/open-image.ts");
	const { manifest } = await openImage(repository, root, candidate.platform);
	const layers = manifest.layers.map(({ digest }) => digest);
	return admitWithSignatures(trust, { ...candidate, layers }, () => repository);
}

/** What the image needs that was not locked says more than two digests. */
async function withNeeds(
	error: unknown,
	{ lock }: TrustState,
	{ reference = "", digest, platform }: Candidate,
	repository: Repository,
): Promise<unknown> {
	const locked = lock?.images.get(reference);
	if (!(error instanceof Fault) || error.code !== "LOCK_DRIFT" || locked?.imports === undefined) return error;
	const { openImage } = await import("../../oci/open-image.ts");
	const { importsOf } = await import("./imports.ts");
	const { needsDifference } = await import("../../inspect/needs-difference.ts");
	const root = await repository.resolve(digest);
	if (root === undefined) return error;
	const { storeFolder } = await import("../images/open-store.ts");
	const image = await openImage(repository, root, platform);
	const imports = await importsOf(repository, image, storeFolder());
	if (imports === undefined) return error;
	const { added, removed } = needsDifference(locked.imports, imports);
	const note = [
		...error.notes,
		...added.map((need) => `it needs, which it did not: ${need}`),
		...removed.map((need) => `it needs no more: ${need}`),
		...(added.length + removed.length === 0 ? ["it needs what it did"] : []),
	];
	return new Fault(error.code, error.message, { note, help: error.helps, cause: error });
}

function notHere({ shown, digest }: Candidate): Fault {
	return new Fault("IMAGE_NOT_FOUND", `cannot hold '${shown}' to the lock`, {
		note: `the store does not hold '${digest}'`,
		help: `wherry pull ${shown}`,
	});
}

/** Where signatures are to be looked for, if any are demanded: asked only then. */
export type WhereImageIs = () => Repository | Promise<Repository>;

/**
 * Asks before what was pulled or loaded is kept; once it is kept, `remember` is to be called with the answer.
 *
 * @throws Fault as `admitRun`
 */
export async function admitWithSignatures(
	trust: TrustState,
	candidate: Candidate,
	image: WhereImageIs,
): Promise<Admission> {
	const { evidenceIn } = await import("../../trust/evidence.ts");
	try {
		return await admit(trust, candidate, evidenceIn(await image(), candidate.digest, candidate.platform));
	} catch (error) {
		noteOffer(candidate, error);
		throw error;
	}
}

/** The answer to `admitRun`, for those who only want to know: no refusal is noted. */
export async function mayRun(
	trust: TrustState,
	candidate: Candidate,
	image: WhereImageIs,
): Promise<Admission | Fault> {
	const { evidenceIn } = await import("../../trust/evidence.ts");
	try {
		return await admit(trust, candidate, evidenceIn(await image(), candidate.digest, candidate.platform));
	} catch (error) {
		if (error instanceof Fault) return error;
		throw error;
	}
}

/** Records the pin of what was first seen, now that it is kept. */
export function remember({ reference, pin }: Admission): void {
	if (reference === undefined || pin === undefined) return;
	changePins((pins) => pins.set(reference, pin));
}

/** Records what the person made a name stand for here, by a build or a tag: that is trusted as it is. */
export function rememberOwn(reference: string, digest: Digest, how: "built" | "tagged"): void {
	changePins((pins) => pins.set(reference, { digest, how, since: new Date().toISOString() }));
}

/** Forgets what a name stood for, when the person removed what they had made or loaded themselves. */
export function forgetOwn(reference: string): void {
	const pin = readPins().get(reference);
	if (pin === undefined || !["built", "tagged", "loaded"].includes(pin.how)) return;
	changePins((pins) => pins.delete(reference));
}

function notingOffers<Answer>(candidate: Candidate, ask: () => Answer): Answer {
	try {
		return ask();
	} catch (error) {
		noteOffer(candidate, error);
		throw error;
	}
}

/** Keeps what a refused name stood for, so that `trust accept` pins that, and not what comes later. */
function noteOffer({ reference, digest }: Candidate, error: unknown): void {
	if (!(error instanceof Fault) || error.code !== "PIN_CHANGED" || reference === undefined) return;
	try {
		changePins((pins) => {
			const pin = pins.get(reference);
			if (pin !== undefined) pins.set(reference, { ...pin, offered: digest });
		});
	} catch {
		// the refusal stands all the same; accepting needs the digest then
	}
}
