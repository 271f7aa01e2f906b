import { Fault } from "../../base/fault.ts";
import { shellWord } from "../../base/shell.ts";
import { findSignatures } from "../../trust/signatures.ts";
import { demandWords } from "../images/each.ts";
import { openStore } from "../images/open-store.ts";
import { printNote, printResult } from "../print.ts";
import type { Flag } from "../flags.ts";
import { REGISTRY_FLAGS, type RegistryDraft } from "../registry/registry-flags.ts";
import { verb } from "../verb.ts";
import { parseAnnotation } from "./annotation-words.ts";
import { parseAttestationType, SIGNATURE_TYPE, TYPES_SHOWN } from "./attestation-types.ts";
import { type Judged, judgeModule, judgeRecords, type Wanted } from "./judge.ts";
import { type FileKey, readPublicKeyFile } from "./key-files.ts";
import { imageInRegistry, imageInStoreIfThere, type NamedImage } from "./signed-image.ts";
import { refusal, remarks, reportText } from "./verify-report.ts";

const USAGE = "wherry verify --key FILE [OPTIONS] NAME[:TAG|@DIGEST]";

interface Draft extends RegistryDraft {
	keys: string[];
	type: readonly string[];
	annotations: Map<string, string>;
}

/** `wherry verify`: who signed an image. */
export const VERIFY_VERB = verb<Draft>({
	name: "verify",
	usage: USAGE,
	about: [
		"Says which signatures of an image one of the keys made, and what they say; it fails when there is none. Of images that are not in the store the registry is asked, and nothing is kept.",
		"A signature of the image is wanted, in either of cosign's ways; --type wants an attestation instead. With a key of the kind ed25519-wasm the signature inside the module is verified.",
	],
	flags: [
		{
			long: "key",
			value: "FILE",
			completes: "file",
			group: "Options",
			doc: "A public key that will do; may be given several times",
			apply: (draft, value) => draft.keys.push(value),
		},
		{
			long: "type",
			value: "TYPE",
			group: "Options",
			doc: `Want an attestation: ${TYPES_SHOWN}`,
			apply: (draft, value, where) => (draft.type = parseAttestationType(value, where).taken),
		},
		{
			long: "annotations",
			short: "a",
			value: "NAME=VALUE",
			group: "Options",
			doc: "Want this signed along; may be given several times",
			apply(draft, value, where) {
				const [name, text] = parseAnnotation(value, where);
				draft.annotations.set(name, text);
			},
		},
		...(REGISTRY_FLAGS as readonly Flag<Draft>[]),
	],
	examples: [
		{ says: "Verify an image", words: "wherry verify --key wherry.pub hello:1.2" },
		{
			says: "Verify its provenance, and print it",
			words: "wherry verify --key ci.pub --type slsaprovenance --format json hello:1.2",
		},
	],
	completes: "image",
	draft: () => ({
		keys: [],
		type: SIGNATURE_TYPE.taken,
		annotations: new Map<string, string>(),
		insecure: [],
	}),
	async act({ keys: files, type, annotations, insecure, format }, words) {
		demandWords(words, 1, 1, USAGE);
		const [word = ""] = words;
		if (files.length === 0) throw noKey(word);
		const keys: FileKey[] = [];
		for (const file of files) keys.push(await readPublicKeyFile(file));
		const image = await findAnywhere(word, `verify --key ${shellWord(files[0] ?? "")}`, insecure);
		const judged = await judge(image, keys, { predicateTypes: type, annotations });
		if (judged.verified.length === 0) throw refusal(image, files, type, judged);
		printResult(reportText(image, judged.verified, format));
		for (const remark of remarks(image, judged)) printNote(remark);
		return 0;
	},
});

async function judge(image: NamedImage, keys: readonly FileKey[], wanted: Wanted): Promise<Judged> {
	const { repository, descriptor } = image;
	const beside = keys.some(({ signs }) => signs === "images")
		? await judgeRecords(await findSignatures(repository, descriptor.digest), keys, wanted)
		: { verified: [], others: [] };
	const inside = await judgeModule(repository, descriptor, keys);
	return {
		verified: [...beside.verified, ...inside.verified],
		others: [...beside.others, ...inside.others],
	};
}

/** The image in the store; else in the registry of its name. */
async function findAnywhere(word: string, asking: string, insecure: readonly string[]): Promise<NamedImage> {
	const stored = await imageInStoreIfThere(openStore(), word, asking);
	if (!(stored instanceof Fault)) return stored;
	const remote = await imageInRegistry(word, insecure);
	if (remote === undefined) throw stored;
	return remote;
}

function noKey(word: string): Fault {
	return new Fault("USAGE", "there is no key to verify with", {
		note: "who signed an image is known by their public key alone: ask them for it",
		help: `wherry verify --key wherry.pub ${word}`,
	});
}
