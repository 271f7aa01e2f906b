import type { CopyProgress } from "../../oci/content.ts";
import { hexOf } from "../../oci/digest.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { isManifestType } from "../../oci/media-types.ts";
import { printLog, wantsColour } from "../print.ts";
import type { ProgressKind } from "./registry-flags.ts";

/** What the two ways call what they do to a blob: docker's words. */
export interface TransferWords {
	readonly waiting: string;
	readonly moving: string;
	readonly moved: string;
	readonly there: string;
	readonly mounted: string;
}

export const PULL_WORDS: TransferWords = {
	waiting: "Pulling fs layer",
	moving: "Downloading",
	moved: "Pull complete",
	there: "Already exists",
	mounted: "Already exists",
};

export const PUSH_WORDS: TransferWords = {
	waiting: "Preparing",
	moving: "Pushing",
	moved: "Pushed",
	there: "Layer already exists",
	mounted: "Mounted from another repository",
};

/** Progress that somebody sees; `end` leaves the screen in order, however it went. */
export interface ShownProgress extends CopyProgress {
	/** A line above all else. */
	say(line: string): void;
	end(): void;
}

/** How progress is shown: bars on a terminal that may be coloured, lines elsewhere. On standard error. */
export async function openProgress(kind: ProgressKind, words: TransferWords): Promise<ShownProgress> {
	if (kind === "none") return SILENT;
	if (kind === "plain" || !wantsColour(2)) return new PlainProgress(words);
	const { BarProgress } = await import("./progress-bars.ts");
	return new BarProgress(words, process.stderr);
}

/** As docker names a blob: the first digits. */
export function shortDigest({ digest }: Descriptor): string {
	return hexOf(digest).slice(0, 12);
}

/** Manifests are no layers: docker does not speak of them, and signatures are counted. */
export function isShown({ mediaType }: Descriptor): boolean {
	return !isManifestType(mediaType);
}

export const SILENT: ShownProgress = {
	say: () => undefined,
	started: () => undefined,
	moved: () => undefined,
	ended: () => undefined,
	end: () => undefined,
};

/** A line when a blob begins, and one when it is done. */
class PlainProgress implements ShownProgress {
	readonly #words: TransferWords;

	constructor(words: TransferWords) {
		this.#words = words;
	}

	say(line: string): void {
		printLog(line);
	}

	started(descriptor: Descriptor): void {
		if (isShown(descriptor)) printLog(`${shortDigest(descriptor)}: ${this.#words.waiting}`);
	}

	moved(): void {
		// lines say what was done, not how far it is
	}

	ended(descriptor: Descriptor, how: "moved" | "there" | "mounted"): void {
		if (isShown(descriptor)) printLog(`${shortDigest(descriptor)}: ${this.#words[how]}`);
	}

	end(): void {
		// nothing stands on the screen that would have to go
	}
}
