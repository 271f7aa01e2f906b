import { join } from "node:path";
import { Fault } from "../../base/fault.ts";
import { openImage } from "../../oci/open-image.ts";
import { type Lock, LOCK_FILE, type LockedImage, printLock } from "../../trust/lock.ts";
import { openStore } from "../images/open-store.ts";
import { findImage } from "../images/find-image.ts";
import { printResult } from "../print.ts";
import type { Format } from "../run-options.ts";
import { verb } from "../verb.ts";
import type { TrustState } from "../../trust/admission.ts";
import { admitRun, openTrust } from "./gate.ts";
import { importsOf } from "./imports.ts";
import { parseTagged, shownReference, type TaggedName } from "./name-words.ts";
import { policyToLock } from "./policy-digest.ts";
import { replaceFile } from "./replace-file.ts";
import { findLock, readLock } from "./trust-files.ts";

/** `wherry lock`: writes which digests the names in a folder stand for. */
export const LOCK_VERB = verb<{ policy: string | undefined }>({
	name: "lock",
	usage: "wherry lock [OPTIONS] [NAME[:TAG]...]",
	about: [
		`Writes ${LOCK_FILE}: for each image its digest, its layers, the keys that the policy demanded, and what the program imports. run and pull hold to it with --locked.`,
		"Without a NAME it locks anew what the lock names already, and shows what changed. It works on the lock of this folder, or of the nearest one above that has one.",
	],
	flags: [
		{
			long: "policy",
			value: "FILE",
			completes: "file",
			group: "Options",
			doc: "Lock this policy with the images: run --locked takes no other",
			apply: (draft, value) => (draft.policy = value),
		},
	],
	examples: [
		{
			says: "Lock two images for this folder",
			words: "wherry lock hello:latest registry.example.com/team/app:1.2",
		},
		{ says: "Run only what was locked", words: "wherry run --locked hello:latest" },
	],
	completes: "image",
	draft: () => ({ policy: undefined }),
	async act({ format, policy }, words) {
		const found = findLock();
		const lock: Lock =
			found === undefined ? { file: join(process.cwd(), LOCK_FILE), images: new Map() } : readLock();
		const names = (words.length > 0 ? words : [...lock.images.keys()]).map(parseTagged);
		if (names.length === 0) throw nothingToLock();
		const images = new Map(lock.images);
		const trust = await openTrust();
		const given = policy === undefined ? undefined : (await policyToLock(policy)).digest;
		for (const name of names) {
			// a policy that was locked stays until another is named
			const hash = given ?? lock.images.get(name.reference)?.policy;
			const locked = await lockedImage(trust, name);
			images.set(name.reference, hash === undefined ? locked : { ...locked, policy: hash });
		}
		replaceFile(lock.file, printLock(images));
		printResult(names.map((name) => changeText(name.reference, lock, images, format)).join(""));
		return 0;
	},
});

/** What an image is now, as the lock has it, if it may run. */
export async function lockedImage(trust: TrustState, { reference, shown }: TaggedName): Promise<LockedImage> {
	const store = openStore();
	const { descriptor } = await findImage(store, reference, "lock").catch((cause: unknown) => {
		throw notPulled(cause, shown);
	});
	const repository = store.repository(reference.slice(0, reference.lastIndexOf(":")));
	const { digest } = descriptor;
	// what may not run is not locked either
	const { keys } = await admitRun(trust, { reference, shown, digest, moment: "run" }, () => repository);
	const image = await openImage(repository, descriptor);
	const imports = await importsOf(repository, image, store.folder);
	return {
		manifest: digest,
		layers: image.manifest.layers.map((layer) => layer.digest),
		keys,
		...(imports === undefined ? {} : { imports }),
	};
}

function changeText(
	reference: string,
	{ images: before }: Lock,
	after: ReadonlyMap<string, LockedImage>,
	format: Format,
): string {
	const [was, is] = [before.get(reference), after.get(reference)];
	if (is === undefined) return "";
	const added = (is.imports ?? []).filter((name) => was?.imports?.includes(name) === false);
	const removed = (was?.imports ?? []).filter((name) => is.imports?.includes(name) === false);
	if (format === "json")
		return `${JSON.stringify({ name: reference, was: was?.manifest, ...is, added, removed })}\n`;
	const name = `${shownReference(reference)}@${is.manifest}`;
	if (was?.manifest === is.manifest) return `Unchanged: ${name}\n`;
	return [
		`Locked: ${name}`,
		...(was === undefined ? [] : [`   was: ${was.manifest}`]),
		...added.map((one) => `     +  it now imports ${one}`),
		...removed.map((one) => `     -  it no longer imports ${one}`),
		"",
	].join("\n");
}

/** What is not here is most likely not pulled yet. */
function notPulled(cause: unknown, shown: string): unknown {
	if (!(cause instanceof Fault) || cause.code !== "IMAGE_NOT_FOUND") return cause;
	const help = [`wherry pull ${shown}`, ...cause.helps.filter((line) => line !== "wherry images")];
	return new Fault(cause.code, cause.message, { note: cause.notes, help, cause });
}

function nothingToLock(): Fault {
	return new Fault("USAGE", "there is nothing to lock", {
		note: `no image was named, and there is no ${LOCK_FILE} here or above that names any`,
		help: "wherry lock NAME[:TAG]",
	});
}
