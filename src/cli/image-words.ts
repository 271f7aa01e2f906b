/** Which words of a run are about images. */
import { statSync } from "node:fs";
import { Fault } from "../base/fault.ts";
import type { ImageOptions } from "./run-options.ts";

/**
 * Whether the word that says what to run is the name of an image: it does not look like a path, has
 * no program's ending, and no file is there under it. A directory may well be: it was built from that.
 */
export function namesImage(word: string): boolean {
	if (namesFile(word)) return false;
	return statSync(word, { throwIfNoEntry: false })?.isDirectory() !== false;
}

/** Whether the word is a path or has a program's ending: no image is meant, whatever is there. */
export function namesFile(word: string): boolean {
	return /^(-$|[./~\\]|[A-Za-z]:[\\/])|\.(wasm|wat)$/.test(word);
}

/**
 * Refuses what was asked of an image when a file is run.
 *
 * @throws Fault USAGE, FLAG_INVALID
 */
export function refuseImageFlags(file: string, image: ImageOptions): void {
	const flag = flagOfImages(image);
	if (flag !== undefined)
		throw new Fault("USAGE", `cannot take ${flag} for '${file}', which is a file`, {
			note: `${flag} is about images`,
			help: `wherry build -t app ${file} && wherry run ${flag} ... app`,
		});
	const { platform } = image;
	if (platform === undefined || /^(wasip?[12]?|wasm)(\/wasm(32)?)?$/.test(platform)) return;
	throw new Fault("FLAG_INVALID", `cannot run a program for '${platform}'`, {
		note: "what wherry runs is WebAssembly with WASI, on every machine",
		help: "--platform wasi/wasm",
	});
}

function flagOfImages({ entrypoint, pull, locked, trustPolicy, insecure }: ImageOptions): string | undefined {
	if (entrypoint !== undefined) return "--entrypoint";
	if (pull !== "missing") return "--pull";
	if (locked) return "--locked";
	if (trustPolicy !== undefined) return "--trust-policy";
	return insecure.length > 0 ? "--insecure" : undefined;
}
