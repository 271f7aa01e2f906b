import { closeSync, fstatSync, openSync } from "node:fs";
import { Fault } from "../../base/fault.ts";
import { splitName } from "../../store/attached.ts";
import type { ImageStore } from "../../store/image-store.ts";
import { type LoadedImage, loadArchive } from "../../store/load-archive.ts";
import type { Admission, TrustState } from "../../trust/admission.ts";
import { tagSignatures } from "../../trust/merge-signatures.ts";
import { repositoryOf } from "../../trust/name-scope.ts";
import { printResult } from "../print.ts";
import { admitWithSignatures, openTrust, remember } from "../trust/gate.ts";
import { verb } from "../verb.ts";
import { demandWords, forEach } from "./each.ts";
import { shownName } from "./find-image.ts";
import { openStore } from "./open-store.ts";

const USAGE = "wherry load [OPTIONS]";
const STANDARD_INPUT = 0;
const CONCURRENCY = 2;

interface Draft {
	input: string | undefined;
	quiet: boolean;
}

/** `wherry load`: images from one file. */
export const LOAD_VERB = verb<Draft>({
	name: "load",
	usage: USAGE,
	about: [
		"Reads images from a tar archive of wherry, docker, podman or skopeo: an OCI image layout or docker's own form, plain or packed with gzip or zstd. Every byte is held to its digest, and names are given only when all is there.",
	],
	flags: [
		{
			long: "input",
			short: "i",
			value: "FILE",
			completes: "file",
			group: "Options",
			doc: "Read from a file, instead of standard input",
			apply: (draft, value) => (draft.input = value),
		},
		{
			long: "quiet",
			short: "q",
			group: "Options",
			doc: "Say nothing when it worked",
			apply: (draft, value) => (draft.quiet = value === "true"),
		},
	],
	examples: [
		{ says: "Load what was saved", words: "wherry load -i hello.tar" },
		{ says: "Take an image over from docker", words: "docker save hello | wherry load" },
	],
	completes: "nothing",
	draft: () => ({ input: undefined, quiet: false }),
	async act(asked, words) {
		demandWords(words, 0, 0, USAGE);
		return forEach([asked.input ?? "-"], asked, async (file) => {
			const store = openStore();
			const images = await withArchive(store, file, (handle, what) => load(store, handle, what));
			if (asked.quiet) return;
			const lines = images.map((image) =>
				asked.format === "json" ? JSON.stringify(image) : loadedLine(image),
			);
			printResult(lines.map((line) => `${line}\n`).join(""));
		});
	},
});

function loadedLine({ descriptor, name }: LoadedImage): string {
	return name === undefined ? `Loaded image ID: ${descriptor.digest}` : `Loaded image: ${shownName(name)}`;
}

/** Nothing stays of what could not be loaded whole. */
async function load(store: ImageStore, handle: number, what: string): Promise<readonly LoadedImage[]> {
	let whole = false;
	try {
		const trust = await openTrust();
		const admissions: Admission[] = [];
		const images = await loadArchive(store, handle, what, {
			concurrency: CONCURRENCY,
			// somebody's archive must not take away the signatures that are here
			tagAttached: async (descriptor, name) => {
				const { repository, tag = "" } = splitName(name);
				await tagSignatures(store.repository(repository), descriptor, tag);
			},
			admit: async (image) => void admissions.push(await admitLoaded(store, trust, image)),
		});
		for (const admission of admissions) remember(admission);
		whole = true;
		return images;
	} finally {
		store.close();
		if (!whole) store.collect();
	}
}

/** What was loaded counts as first seen; a name that stood for something else is refused. */
async function admitLoaded(store: ImageStore, trust: TrustState, image: LoadedImage): Promise<Admission> {
	const { descriptor, name: reference } = image;
	const shown = reference === undefined ? descriptor.digest : shownName(reference);
	const candidate = { reference, shown, digest: descriptor.digest, moment: "load" } as const;
	return admitWithSignatures(trust, candidate, () => store.repository(repositoryOf(reference ?? "")));
}

/** A plain tar on disk is read where it lies; all else is first written out. */
async function withArchive<Result>(
	store: ImageStore,
	file: string,
	act: (handle: number, what: string) => Promise<Result>,
): Promise<Result> {
	const what = file === "-" ? "the archive on standard input" : `archive '${file}'`;
	const handle = file === "-" ? STANDARD_INPUT : openArchive(file);
	try {
		if (isTerminal(handle))
			throw new Fault("USAGE", "which archive? Standard input is a terminal", {
				help: "wherry load -i FILE",
			});
		const { isPlainTar, writeOut } = await import("../../store/archive-input.ts");
		if (fstatSync(handle).isFile() && isPlainTar(handle)) return await act(handle, what);
		const unpacked = await writeOut(handle, what, store.temporaryFile());
		try {
			return await act(unpacked, what);
		} finally {
			closeSync(unpacked);
		}
	} finally {
		if (handle !== STANDARD_INPUT) closeSync(handle);
	}
}

function isTerminal(handle: number): boolean {
	return fstatSync(handle).isCharacterDevice() && process.getBuiltinModule("node:tty").isatty(handle);
}

function openArchive(file: string): number {
	try {
		return openSync(file, "r");
	} catch (cause) {
		const isMissing = (cause as NodeJS.ErrnoException).code === "ENOENT";
		throw new Fault(isMissing ? "FILE_NOT_FOUND" : "FILE_UNREADABLE", `cannot read the archive '${file}'`, {
			note: isMissing ? "there is no such file" : `the system says: ${(cause as Error).message}`,
			help: "wherry load -i FILE",
			cause,
		});
	}
}
