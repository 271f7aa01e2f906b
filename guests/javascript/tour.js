// A tour of wasi:cli from JavaScript: `tour FOLDER [STATUS]`.
import { getArguments, getEnvironment } from "wasi:cli/environment@0.2.12";
import { exitWithCode } from "wasi:cli/exit@0.2.12";
import { getStdin } from "wasi:cli/stdin@0.2.12";
import { getDirectories } from "wasi:filesystem/preopens@0.2.12";

export const run = {
	run() {
		const [, folder, status] = getArguments();
		console.log("arguments", JSON.stringify(getArguments().slice(1)));
		console.log("variables", JSON.stringify(getEnvironment()));
		console.log("input", JSON.stringify(readAll(getStdin())));
		console.log("random", Math.random() < 1, crypto.getRandomValues(new Uint8Array(4)).length);
		console.log("this century", new Date().getFullYear() > 2000);
		if (folder) files(folder);
		console.error("done");
		if (status) exitWithCode(Number(status));
	},
};

/** Writes a file, reads it back, lists, removes; then tries one that was not granted. */
function files(folder) {
	const found = getDirectories().find(([, name]) => name === folder);
	console.log("granted", getDirectories().map(([, name]) => name).join(" "));
	if (found === undefined) return;
	const [directory] = found;
	const text = new TextEncoder().encode("from JavaScript\n");
	const file = directory.openAt({}, "a.txt", { create: true }, { read: true, write: true });
	file.write(text, 0n);
	console.log("read", new TextDecoder().decode(file.read(100n, 0n)[0]).trim());
	const stream = directory.readDirectory();
	for (let entry; (entry = stream.readDirectoryEntry()) !== undefined; ) console.log("entry", entry.name, entry.type);
	directory.unlinkFileAt("a.txt");
	try {
		directory.openAt({ symlinkFollow: true }, "../etc/passwd", {}, { read: true });
	} catch (error) {
		console.log("refused", error.payload ?? error);
	}
}

function readAll(stream) {
	const decoder = new TextDecoder();
	let text = "";
	try {
		for (;;) text += decoder.decode(stream.blockingRead(4096n), { stream: true });
	} catch (error) {
		if (error.payload?.tag !== "closed") throw error;
	}
	return text;
}
