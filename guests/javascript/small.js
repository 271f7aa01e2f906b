// For QuickJS, which has no console: `small WORD...` says its words backwards; ends in failure when there are none.
import { getArguments } from "wasi:cli/environment@0.2.12";
import { getStdout } from "wasi:cli/stdout@0.2.12";

export const run = {
	run() {
		const words = getArguments().slice(1);
		if (words.length === 0) throw undefined;
		const line = `${words.reverse().join(" ")}\n`;
		getStdout().blockingWriteAndFlush(Uint8Array.from(line, (letter) => letter.charCodeAt(0)));
	},
};
