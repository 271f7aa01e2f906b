import { Fault } from "../../base/fault.ts";
import { shellWord } from "../../base/shell.ts";
import { attachmentTag } from "../../oci/attachments.ts";
import type { SigningKey } from "../../trust/keys.ts";
import { type SignedCarriers, signImage } from "../../trust/sign-image.ts";
import { demandWords } from "../images/each.ts";
import { printResult } from "../print.ts";
import type { Format } from "../run-options.ts";
import type { Flag } from "../flags.ts";
import { REGISTRY_FLAGS, type RegistryDraft } from "../registry/registry-flags.ts";
import { verb } from "../verb.ts";
import { readSigningKeyFile } from "./key-files.ts";
import { parseAnnotation } from "./annotation-words.ts";
import { imagesToSign, type ImageToSign, type NamedImage, requireName, signedName } from "./signed-image.ts";
import { signingTime } from "./signing-time.ts";
import { SIGN_WITH, signingFlags, type SigningDraft } from "./signing-flags.ts";

const USAGE = "wherry sign --key FILE [OPTIONS] NAME[:TAG|@DIGEST]";

interface Draft extends RegistryDraft, SigningDraft {
	annotations: Map<string, string>;
	embed: boolean;
	push: boolean;
}

/** `wherry sign`: puts a signature beside an image. */
export const SIGN_VERB = verb<Draft>({
	name: "sign",
	usage: USAGE,
	about: [
		"Signs the digest that an image of the store has, in both of cosign's ways: under the tag sha256-DIGEST.sig, and as a bundle that refers to the image. push and pull take signatures along.",
		"The password of the key is taken from WHERRY_PASSWORD or COSIGN_PASSWORD, from standard input, or is asked for.",
	],
	flags: [
		...signingFlags<Draft>(SIGN_WITH),
		{
			long: "annotations",
			short: "a",
			value: "NAME=VALUE",
			group: "Options",
			doc: "Sign this along; may be given several times",
			apply(draft, value, where) {
				const [name, text] = parseAnnotation(value, where);
				draft.annotations.set(name, text);
			},
		},
		{
			long: "push",
			group: "Options",
			doc: "Sign in the registry of the name too, beside what others signed there; the image need not be in the store then",
			apply: (draft, value) => (draft.push = value === "true"),
		},
		{
			long: "embed",
			group: "Options",
			doc: "Put the signature into the module itself (Ed25519): that makes another image, which takes the name",
			apply: (draft, value) => (draft.embed = value === "true"),
		},
		...(REGISTRY_FLAGS as readonly Flag<Draft>[]),
	],
	examples: [
		{ says: "Sign an image of the store", words: "wherry sign --key wherry.key hello:1.2" },
		{
			says: "Sign what a registry has, and say of which build it is",
			words: "wherry sign --key wherry.key --push -a build=71 registry.example.com/hello:1.2",
		},
	],
	completes: "image",
	draft: () => ({
		key: undefined,
		annotations: new Map<string, string>(),
		embed: false,
		push: false,
		passwordStdin: false,
		insecure: [],
	}),
	async act(asked, words) {
		demandWords(words, 1, 1, USAGE);
		const [word = ""] = words;
		if (asked.key === undefined) throw noKey(word);
		if (asked.embed) return (await import("./sign-embedded.ts")).signEmbedded(word, asked.key, asked.format);
		const images = await imagesToSign(word, `sign --key ${shellWord(asked.key)}`, asked);
		const key = await readSigningKeyFile(asked.key, asked.passwordStdin);
		for (const one of images)
			printResult(resultText(one, key, await sign(one.image, key, asked.annotations), asked.format));
		return 0;
	},
});

async function sign(
	image: NamedImage,
	key: SigningKey,
	annotations: ReadonlyMap<string, string>,
): Promise<SignedCarriers> {
	return signImage(image.repository, image.descriptor, key, {
		reference: signedName(requireName(image)),
		annotations: Object.fromEntries(annotations),
		created: signingTime(),
	});
}

function resultText(
	{ image: { shown, descriptor }, place }: ImageToSign,
	{ publicKey }: SigningKey,
	{ simpleSigning, bundle }: SignedCarriers,
	format: Format,
): string {
	const { fingerprint } = publicKey;
	const { digest } = descriptor;
	if (format === "json")
		return `${JSON.stringify({ image: shown, digest, where: place, fingerprint, simple_signing: simpleSigning, bundle })}\n`;
	const there = simpleSigning === "there" && bundle === "there";
	return `${there ? "Already signed" : "Signed"} ${shown} in ${place}\nDigest ${digest}\nKey    ${fingerprint}\nTag    ${attachmentTag(digest, "sig")}\n`;
}

function noKey(word: string): Fault {
	return new Fault("USAGE", "there is no key to sign with", {
		note: "a key pair is made by wherry trust keygen",
		help: `wherry sign --key wherry.key ${word}`,
	});
}
