// wasi:cli of 0.3, for QuickJS: says what came in, in capitals, by streams; waits a little in between.
import { getArguments } from "wasi:cli/environment@0.3.0";
import { readViaStream } from "wasi:cli/stdin@0.3.0";
import { writeViaStream } from "wasi:cli/stdout@0.3.0";
import { waitFor } from "wasi:clocks/monotonic-clock@0.3.0";

export const run = {
	async run() {
		const [input] = readViaStream();
		await writeViaStream(shouted(input)).read();
		if (getArguments().includes("fail")) throw undefined;
	},
};

async function* shouted(input) {
	yield letters("I HEARD: ");
	for await (const bytes of input) {
		await waitFor(1_000_000);
		yield bytes.map((byte) => (byte >= 97 && byte <= 122 ? byte - 32 : byte));
	}
}

function letters(text) {
	return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
