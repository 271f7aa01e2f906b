import { writeFileSync } from "node:fs";
import { Fault } from "../../base/fault.ts";
import { attachSbom } from "../../trust/attestations.ts";
import type { Bill } from "../../trust/sbom/bill.ts";
import { writeCycloneDx } from "../../trust/sbom/cyclonedx.ts";
import { billTable } from "../../trust/sbom/table.ts";
import { namesImage } from "../image-words.ts";
import { demandWords } from "../images/each.ts";
import { findImage } from "../images/find-image.ts";
import { openStore } from "../images/open-store.ts";
import { printNote, printResult } from "../print.ts";
import { verb } from "../verb.ts";
import { billOfFile, billOfImage } from "./bill-of.ts";
import { signerOf } from "./signer.ts";
import { signingFlags, type SigningDraft } from "../trust/signing-flags.ts";

const USAGE = "wherry sbom [OPTIONS] NAME|FILE.wasm";

interface Draft extends SigningDraft {
	form: "table" | "cyclonedx-json" | undefined;
	output: string | undefined;
	attach: boolean;
}

/** `wherry sbom`: what a program is made of. */
export const SBOM_VERB = verb<Draft>({
	name: "sbom",
	usage: USAGE,
	about: [
		"Says what a program or an image is made of, from what is really in it: Go's build information, the list of cargo-auditable, the producers section, a component's own texts, the files of Python's and npm's packages, and the paths in Rust's panic messages. Each entry is marked: declared by whoever built it, or inferred from a trace.",
		"It is a table for people, or CycloneDX 1.6 for scanners. The same program gives the same bytes; a time is in them only when SOURCE_DATE_EPOCH is set.",
	],
	flags: [
		{
			long: "format",
			value: "table|cyclonedx-json",
			choices: ["table", "cyclonedx-json", "text", "json"],
			group: "Options",
			doc: "Write it for people, or for scanners",
			apply: (draft, value) => (draft.form = value.endsWith("json") ? "cyclonedx-json" : "table"),
		},
		{
			long: "output",
			short: "o",
			value: "FILE",
			completes: "file",
			group: "Options",
			doc: "Write CycloneDX to a file, instead of a table to standard output",
			apply: (draft, value) => (draft.output = value),
		},
		{
			long: "attach",
			group: "Options",
			doc: "Hang it on the image, so that push takes it along",
			apply: (draft, value) => (draft.attach = value === "true"),
		},
		...signingFlags<Draft>("Attach it, and signed with this private key as well"),
	],
	examples: [
		{ says: "See what a program is made of", words: "wherry sbom app.wasm" },
		{ says: "Write it for a scanner", words: "wherry sbom --format cyclonedx-json -o app.cdx.json app:1.2" },
		{ says: "Let it travel with the image", words: "wherry sbom --attach app:1.2" },
		{ says: "Stand for it with a key", words: "wherry sbom --key wherry.key app:1.2" },
	],
	completes: "program",
	draft: () => ({ form: undefined, output: undefined, attach: false, key: undefined, passwordStdin: false }),
	async act(given, words) {
		demandWords(words, 1, 1, USAGE);
		const [word = ""] = words;
		const asked = { ...given, attach: given.attach || given.key !== undefined };
		if (namesImage(word)) await sbomOfImage(word, asked);
		else await sbomOfFile(word, asked);
		return 0;
	},
});

async function sbomOfFile(file: string, asked: Draft): Promise<void> {
	if (asked.attach)
		throw new Fault("USAGE", `cannot attach an SBOM to '${file}', which is a file`, {
			note: "it hangs on an image in the store, or in a registry",
			help: `wherry build -t app ${file} && wherry sbom --attach app`,
		});
	write(await billOfFile(file), asked);
}

async function sbomOfImage(word: string, asked: Draft): Promise<void> {
	const store = openStore();
	try {
		const found = await findImage(store, word, "sbom");
		const bill = await billOfImage(store, found);
		if (asked.attach) {
			const repository = store.repository(bill.name);
			// of an index: what runs here
			const subject = (await repository.resolve(bill.digest)) ?? found.descriptor;
			const signer = await signerOf(asked.key, asked.passwordStdin);
			const { digest } = await attachSbom(repository, subject, writeCycloneDx(bill), signer);
			printNote(`attached to ${bill.digest} as ${digest}${signer === undefined ? "" : ", and signed"}`);
		}
		write(bill, asked);
	} finally {
		store.close();
	}
}

function write(bill: Bill, { form, output, attach }: Draft): void {
	if (output !== undefined) writeOutput(output, writeCycloneDx(bill));
	else if (form === "cyclonedx-json") printResult(new TextDecoder().decode(writeCycloneDx(bill)));
	else if (form === "table" || !attach) printResult(billTable(bill));
}

function writeOutput(file: string, bytes: Uint8Array): void {
	try {
		writeFileSync(file, bytes);
	} catch (cause) {
		throw new Fault("IO", `cannot write '${file}'`, {
			note: `the system says: ${(cause as Error).message}`,
			cause,
		});
	}
}
