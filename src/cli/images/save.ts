import { closeSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { Fault } from "../../base/fault.ts";
import { attachments } from "../../oci/attachments.ts";
import { openImage } from "../../oci/open-image.ts";
import { repositoryName } from "../../oci/reference.ts";
import type { ImageStore } from "../../store/image-store.ts";
import { archivePieces, type DockerImage, type SavedImage } from "../../store/save-archive.ts";
import { interruptible } from "../interrupt.ts";
import { verb } from "../verb.ts";
import { demandWords, forEach } from "./each.ts";
import { findImage, type FoundImage, referenceOf, shownName } from "./find-image.ts";
import { openStore } from "./open-store.ts";

const USAGE = "wherry save [OPTIONS] IMAGE [IMAGE...]";
const STANDARD_OUTPUT = 1;

/** `wherry save`: images as one file. */
export const SAVE_VERB = verb<{ output: string | undefined }>({
	name: "save",
	usage: USAGE,
	about: [
		"Writes images to a tar archive: an OCI image layout, with docker's older list beside it. wherry load, docker load, podman load and skopeo (oci-archive:FILE) read it. Signatures and SBOMs that are attached go along.",
	],
	flags: [
		{
			long: "output",
			short: "o",
			value: "FILE",
			completes: "file",
			group: "Options",
			doc: "Write to a file, instead of standard output",
			apply: (draft, value) => (draft.output = value),
		},
	],
	examples: [
		{ says: "Save an image", words: "wherry save -o hello.tar hello" },
		{ says: "Bring it to another machine", words: "wherry save hello | ssh example.com wherry load" },
	],
	completes: "image",
	draft: () => ({ output: undefined }),
	async act(asked, words) {
		demandWords(words, 1, Infinity, USAGE);
		return interruptible((signal) =>
			forEach([asked.output ?? "-"], asked, async (file) => {
				if (file === "-" && process.getBuiltinModule("node:tty").isatty(STANDARD_OUTPUT))
					throw isTerminal(words);
				const store = openStore();
				const images = await Promise.all(words.map((word) => savedImage(store, word)));
				const pieces = untilStopped(archivePieces(store.folder, merged(images)), signal);
				if (file === "-") await writePieces(STANDARD_OUTPUT, pieces, "standard output");
				else await writeFile(file, pieces, signal);
			}),
		);
	},
});

async function savedImage(store: ImageStore, word: string): Promise<SavedImage> {
	const { descriptor, name } = await findImage(store, word, "save");
	const names = name === undefined || name.includes("@") ? [] : [name];
	return {
		descriptor,
		names,
		attached: await attachedTo(store, { descriptor, ...(name !== undefined && { name }) }),
		docker: await dockerImage(store, { descriptor }, names),
	};
}

async function attachedTo(
	store: ImageStore,
	{ descriptor, name }: FoundImage,
): Promise<SavedImage["attached"]> {
	const reference = name === undefined ? undefined : referenceOf(name);
	const repository = store.repository(reference === undefined ? "" : repositoryName(reference));
	const all = await attachments(repository, descriptor.digest);
	return all.map(({ descriptor: attached, tag }) => ({
		descriptor: attached,
		tag,
		name: tag === undefined ? undefined : `${repository.name}:${tag}`,
	}));
}

/** Of ordinary images alone: docker before version 25 can do nothing with an artifact. */
async function dockerImage(
	store: ImageStore,
	{ descriptor }: FoundImage,
	names: readonly string[],
): Promise<DockerImage | undefined> {
	try {
		const { manifest, shape } = await openImage(store.repository(""), descriptor);
		if (shape.kind !== "image") return undefined;
		return { config: manifest.config, layers: manifest.layers, tags: names.map(shownName) };
	} catch (error) {
		if (error instanceof Fault && error.code === "IMAGE_UNSUPPORTED") return undefined;
		throw error;
	}
}

/** The same image under several names is one with several names. */
function merged(images: readonly SavedImage[]): SavedImage[] {
	const groups = Map.groupBy(images, ({ descriptor }) => descriptor.digest);
	return [...groups.values()].flatMap((group) => {
		const [first] = group;
		if (first === undefined) return [];
		const names = [...new Set(group.flatMap((one) => one.names))];
		const { docker } = first;
		return {
			descriptor: first.descriptor,
			names,
			attached: distinct(group.flatMap(({ attached }) => attached)),
			docker: docker && { config: docker.config, layers: docker.layers, tags: names.map(shownName) },
		};
	});
}

function distinct(attached: SavedImage["attached"]): SavedImage["attached"] {
	return [...new Map(attached.map((one) => [`${one.name} ${one.descriptor.digest}`, one])).values()];
}

/** Under another name until it is whole: what was there stays until then. */
async function writeFile(
	file: string,
	pieces: AsyncIterable<Uint8Array>,
	signal: AbortSignal,
): Promise<void> {
	const partial = `${file}.${process.pid}.part`;
	let handle: number;
	try {
		handle = openSync(partial, "wx", 0o666);
	} catch (cause) {
		throw unwritable(file, cause);
	}
	try {
		await writePieces(handle, pieces, file);
		closeSync(handle);
		renameSync(partial, file);
	} catch (cause) {
		rmSync(partial, { force: true });
		throw cause instanceof Fault || signal.aborted ? cause : unwritable(file, cause);
	}
}

/** Reading and writing wait for nothing: the loop has to turn for a signal to be heard. */
async function* untilStopped(
	pieces: AsyncIterable<Uint8Array>,
	signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
	for await (const piece of pieces) {
		yield piece;
		await new Promise((settle) => void setImmediate(settle));
		signal.throwIfAborted();
	}
}

async function writePieces(handle: number, pieces: AsyncIterable<Uint8Array>, file: string): Promise<void> {
	for await (const piece of pieces) {
		try {
			for (let at = 0; at < piece.length;) at += writeSome(handle, piece, at);
		} catch (cause) {
			throw unwritable(file, cause);
		}
	}
}

const WAIT_MS = 1;

/** Waits where a pipe that someone made non-blocking is full. */
function writeSome(handle: number, piece: Uint8Array, at: number): number {
	try {
		return writeSync(handle, piece, at);
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).code !== "EAGAIN") throw cause;
		Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS);
		return 0;
	}
}

function unwritable(file: string, cause: unknown): Fault {
	return new Fault("IO", `cannot write the archive '${file}'`, {
		note: `the system says: ${(cause as Error).message}`,
		help: "wherry save -o FILE IMAGE    with a file that can be written",
		cause,
	});
}

function isTerminal(words: readonly string[]): Fault {
	return new Fault("USAGE", "an archive is nothing to look at: standard output is a terminal", {
		help: `wherry save -o images.tar ${words.join(" ")}`,
	});
}
