import { nodeScrypt } from "../../host/node/scrypt.ts";
import { generateEmbeddedKey } from "../../trust/embedded-keys.ts";
import { sealKeyFile } from "../../trust/key-file.ts";
import { generateKey, publicKeyPem } from "../../trust/keys.ts";
import { demandWords } from "../images/each.ts";
import { printNote, printResult } from "../print.ts";
import type { Format } from "../run-options.ts";
import { verb } from "../verb.ts";
import { passwordOf, writePair } from "./key-files.ts";

const USAGE = "wherry trust keygen [OPTIONS]";
const IMAGES = "ecdsa-p256";
const MODULES = "ed25519-wasm";

interface Draft {
	prefix: string;
	type: string;
	passwordStdin: boolean;
}

interface Pair {
	readonly privateFile: string;
	readonly publicFile: string;
}

/** `wherry trust keygen`: a key pair to sign with. */
export const KEYGEN_VERB = verb<Draft>({
	name: "trust keygen",
	usage: USAGE,
	about: [
		"Makes a key pair to sign images with: PREFIX.key, encrypted with a password, and PREFIX.pub, for all who verify. They are cosign's files: cosign takes them, and wherry takes cosign's.",
		"The password is taken from WHERRY_PASSWORD or COSIGN_PASSWORD, from standard input, or is asked for.",
	],
	flags: [
		{
			long: "output-key-prefix",
			value: "PREFIX",
			completes: "file",
			group: "Options",
			doc: "Write PREFIX.key and PREFIX.pub instead of wherry.key and wherry.pub",
			apply: (draft, value) => (draft.prefix = value),
		},
		{
			long: "type",
			value: "TYPE",
			choices: [IMAGES, MODULES],
			group: "Options",
			doc: `A key to sign images with (${IMAGES}), or one for wherry sign --embed in the files of wasmsign2, which are not encrypted (${MODULES})`,
			apply: (draft, value) => (draft.type = value),
		},
		{
			long: "password-stdin",
			group: "Options",
			doc: "Read the password from standard input",
			apply: (draft, value) => (draft.passwordStdin = value === "true"),
		},
	],
	examples: [
		{ says: "Make wherry.key and wherry.pub", words: "wherry trust keygen" },
		{ says: "Name them", words: "wherry trust keygen --output-key-prefix release" },
	],
	completes: "nothing",
	draft: () => ({ prefix: "wherry", type: IMAGES, passwordStdin: false }),
	async act({ prefix, type, passwordStdin, format }, words) {
		demandWords(words, 0, 0, USAGE);
		const pair = { privateFile: `${prefix}.key`, publicFile: `${prefix}.pub` };
		const fingerprint =
			type === MODULES ? await makeForModules(pair) : await makeForImages(pair, passwordStdin);
		printResult(resultText(pair, fingerprint, format));
		return 0;
	},
});

async function makeForImages({ privateFile, publicFile }: Pair, passwordStdin: boolean): Promise<string> {
	const password = await passwordOf(`Password for ${privateFile}`, passwordStdin);
	if (password === "") printNote("the password is empty: who has the file can sign with it");
	const key = await generateKey();
	const sealed = await sealKeyFile(key, password, nodeScrypt);
	writePair(privateFile, sealed, publicFile, publicKeyPem(key.publicKey));
	return key.publicKey.fingerprint;
}

async function makeForModules({ privateFile, publicFile }: Pair): Promise<string> {
	const { file, publicKey } = await generateEmbeddedKey();
	writePair(privateFile, file, publicFile, publicKey.file);
	printNote(`'${privateFile}' is not encrypted: wasmsign2's files never are`);
	return publicKey.fingerprint;
}

function resultText({ privateFile, publicFile }: Pair, fingerprint: string, format: Format): string {
	if (format === "json")
		return `${JSON.stringify({ private: privateFile, public: publicFile, fingerprint })}\n`;
	return `Private key written to ${privateFile}\nPublic key written to ${publicFile}\nFingerprint ${fingerprint}\n`;
}
