import { readFileSync } from "node:fs";
import { Fault } from "../../base/fault.ts";
import { shellWord } from "../../base/shell.ts";
import { parseJson } from "../../oci/json.ts";
import { MANIFEST_BYTES_MAX } from "../../oci/limits.ts";
import { attest } from "../../trust/sign-image.ts";
import type { Flag } from "../flags.ts";
import { demandWords } from "../images/each.ts";
import { printResult } from "../print.ts";
import { REGISTRY_FLAGS, type RegistryDraft } from "../registry/registry-flags.ts";
import type { Format } from "../run-options.ts";
import { verb } from "../verb.ts";
import { parseAttestationType, TYPES_SHOWN } from "./attestation-types.ts";
import { readSigningKeyFile } from "./key-files.ts";
import { imagesToSign, type ImageToSign, requireName } from "./signed-image.ts";
import { signingTime } from "./signing-time.ts";
import { SIGN_WITH, signingFlags, type SigningDraft } from "./signing-flags.ts";

const USAGE = "wherry attest --key FILE --type TYPE --predicate FILE [OPTIONS] NAME[:TAG|@DIGEST]";

interface Draft extends RegistryDraft, SigningDraft {
	type: string | undefined;
	predicate: string | undefined;
	push: boolean;
}

/** `wherry attest`: a signed statement about an image. */
export const ATTEST_VERB = verb<Draft>({
	name: "attest",
	usage: USAGE,
	about: [
		"Signs a statement about an image of the store, and hangs it on it: how it was built, what is in it. wherry verify --type demands one.",
		"Attest with another key than you sign with: cosign takes any bundle of the right key for a signature of the image.",
	],
	flags: [
		...signingFlags<Draft>(SIGN_WITH),
		{
			long: "type",
			value: "TYPE",
			group: "Options",
			doc: `What kind of statement it is: ${TYPES_SHOWN}`,
			apply: (draft, value, where) => (draft.type = parseAttestationType(value, where).written),
		},
		{
			long: "predicate",
			value: "FILE",
			completes: "file",
			group: "Options",
			doc: "What is said: a JSON object; - reads it from standard input",
			apply: (draft, value) => (draft.predicate = value),
		},
		{
			long: "push",
			group: "Options",
			doc: "Attest in the registry of the name too; the image need not be in the store then",
			apply: (draft, value) => (draft.push = value === "true"),
		},
		...(REGISTRY_FLAGS as readonly Flag<Draft>[]),
	],
	examples: [
		{
			says: "Attest what is in an image",
			words: "wherry attest --key ci.key --type cyclonedx --predicate hello.cdx.json hello:1.2",
		},
	],
	completes: "image",
	draft: () => ({
		key: undefined,
		type: undefined,
		predicate: undefined,
		push: false,
		passwordStdin: false,
		insecure: [],
	}),
	async act(asked, words) {
		demandWords(words, 1, 1, USAGE);
		const [word = ""] = words;
		const { key: keyFile, type, predicate: predicateFile } = asked;
		if (keyFile === undefined || type === undefined || predicateFile === undefined)
			throw new Fault("USAGE", "an attestation needs --key, --type and --predicate", { help: USAGE });
		if (predicateFile === "-" && asked.passwordStdin)
			throw new Fault("USAGE", "cannot read both the password and the predicate from standard input", {
				help: "WHERRY_PASSWORD=... in the environment",
			});
		const predicate = readPredicate(predicateFile);
		const images = await imagesToSign(word, `attest --key ${shellWord(keyFile)}`, asked);
		const key = await readSigningKeyFile(keyFile, asked.passwordStdin);
		const created = signingTime();
		for (const image of images) {
			const { repository, descriptor } = image.image;
			requireName(image.image);
			const statement = { subject: [{ digest: descriptor.digest }], predicateType: type, predicate };
			const how = await attest(repository, descriptor, key, { statement, created });
			printResult(resultText(image, type, how, asked.format));
		}
		return 0;
	},
});

function readPredicate(file: string): Readonly<Record<string, unknown>> {
	const value = parseJson(read(file), {
		what: `the predicate '${file}'`,
		code: "FLAG_INVALID",
		bytes_max: MANIFEST_BYTES_MAX,
	});
	if (typeof value === "object" && value !== null && !Array.isArray(value))
		return value as Readonly<Record<string, unknown>>;
	throw new Fault("FLAG_INVALID", `cannot read the predicate '${file}'`, {
		note: "it is no JSON object",
		help: `--predicate '{"...": ...}' in a file`,
	});
}

function read(file: string): Uint8Array {
	try {
		return readFileSync(file === "-" ? 0 : file);
	} catch (cause) {
		throw new Fault("FLAG_INVALID", `cannot read the predicate '${file}'`, {
			note: (cause as Error).message,
			help: "--predicate FILE",
			cause,
		});
	}
}

function resultText(
	{ image: { shown, descriptor }, place }: ImageToSign,
	type: string,
	how: "written" | "there",
	format: Format,
): string {
	const { digest } = descriptor;
	if (format === "json")
		return `${JSON.stringify({ image: shown, digest, where: place, predicate_type: type, bundle: how })}\n`;
	return `${how === "there" ? "Already attested" : "Attested"} ${shown} in ${place}\nDigest ${digest}\nType   ${type}\n`;
}
