import { encodeJson } from "../../oci/json.ts";
import { MANIFEST_BYTES_MAX } from "../../oci/limits.ts";
import { readBlob } from "../../store/read.ts";
import { writeSync } from "node:fs";
import { printResult } from "../print.ts";
import { verb } from "../verb.ts";
import { demandWords, forEach } from "./each.ts";
import { findImage } from "./find-image.ts";
import { inspectImage } from "./inspect-image.ts";
import { openStore } from "./open-store.ts";
import { fillTemplate } from "./template.ts";

const USAGE = "wherry image inspect [OPTIONS] IMAGE [IMAGE...]";

interface Draft {
	raw: boolean;
	form: string | undefined;
}

/** `wherry image inspect`: all there is to know of images. */
export const INSPECT_VERB = verb<Draft>({
	name: "image inspect",
	usage: USAGE,
	about: [
		"Prints a JSON list with docker's names of fields. What wherry adds stands under Wherry: the profile, the layers, what is attached.",
	],
	flags: [
		{
			long: "raw",
			group: "Options",
			doc: "Print the manifest as it is stored, byte by byte",
			apply: (draft, value) => (draft.raw = value === "true"),
		},
		{
			long: "format",
			short: "f",
			value: "json|TEMPLATE",
			group: "Options",
			doc: "Write one JSON object each, or docker's {{.Field}} filled in",
			apply: (draft, value) => (draft.form = value === "text" ? undefined : value),
		},
	],
	examples: [
		{ says: "The whole of it", words: "wherry image inspect hello" },
		{ says: "One field", words: "wherry image inspect -f '{{json .Config.Env}}' hello" },
		{ says: "The very bytes that are signed", words: "wherry image inspect --raw hello" },
	],
	completes: "image",
	draft: () => ({ raw: false, form: undefined }),
	async act(asked, words) {
		demandWords(words, 1, Infinity, USAGE);
		const store = openStore();
		const found: object[] = [];
		const status = await forEach(words, asked, async (word) => {
			const { descriptor } = await findImage(store, word, "image inspect");
			if (asked.raw) printBytes(readBlob(store.folder, descriptor, MANIFEST_BYTES_MAX));
			else found.push(await inspectImage(store, descriptor));
		});
		if (!asked.raw) printResult(resultText(found, asked.form));
		return status;
	},
});

function resultText(found: readonly object[], form: string | undefined): string {
	if (form === undefined) return `${JSON.stringify(found, undefined, 4)}\n`;
	if (form === "json") return found.map((one) => `${new TextDecoder().decode(encodeJson(one))}\n`).join("");
	return found.map((one) => `${fillTemplate(form, one)}\n`).join("");
}

/** No line's end behind it: it is what has this digest. */
function printBytes(bytes: Uint8Array): void {
	for (let at = 0; at < bytes.length;) at += writeSync(1, bytes, at);
}
