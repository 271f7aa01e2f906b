/** An archive on disk as a source of content: files of a tar by their names, blobs by their digests. */
import { fstatSync, readSync } from "node:fs";
import { Fault } from "../base/fault.ts";
import type { ContentSource } from "../oci/content.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import { MANIFEST_BYTES_MAX } from "../oci/limits.ts";
import { type TarEntry, type TarSource, walkTar } from "../oci/tar-read.ts";
import { unreadable } from "./refusals.ts";

/** Where bytes lie: in the archive, or made of what was in it. */
export type Place = { readonly at: number; readonly size_bytes: number } | Uint8Array;

const FILES_MAX = 100_000;
const PIECE_BYTES = 1 << 20;

export class ArchiveFile {
	/** For messages: `archive 'hello.tar'`. */
	readonly what: string;
	readonly #handle: number;
	readonly #files: ReadonlyMap<string, TarEntry>;

	/**
	 * Reads the names of what is in it.
	 *
	 * @param handle an open file, which is left open
	 * @throws Fault LAYER_INVALID for a tar that is not sound, IMAGE_INVALID for what is none and for names that stand twice
	 */
	constructor(handle: number, what: string) {
		this.what = what;
		this.#handle = handle;
		this.#files = filesOf(this.#source());
	}

	has(name: string): boolean {
		return this.#files.has(name);
	}

	/** Of a file, through a link as docker writes them for layers that are the same. */
	place(name: string): { readonly at: number; readonly size_bytes: number } {
		const entry = this.#files.get(name);
		const found = entry?.kind === "link" ? this.#files.get(targetOf(entry)) : entry;
		if (found?.kind === "file") return found;
		throw archiveInvalid(this.what, `there is no file '${name}' in it`);
	}

	/** Names of files beneath a folder, which ends in a slash. */
	namesIn(folder: string): string[] {
		return [...this.#files.keys()].filter((name) => name.startsWith(folder));
	}

	/** The whole of a small file. */
	bytes(name: string): Uint8Array<ArrayBuffer> {
		const { at, size_bytes } = this.place(name);
		if (size_bytes > MANIFEST_BYTES_MAX)
			throw archiveInvalid(this.what, `'${name}' has ${size_bytes} bytes, over ${MANIFEST_BYTES_MAX}`);
		return this.read(at, size_bytes);
	}

	/** Bytes of their own. */
	read(at: number, length: number): Uint8Array<ArrayBuffer> {
		const bytes = new Uint8Array(length);
		for (let filled = 0; filled < length;) {
			const count = this.#readSome(bytes, filled, at + filled);
			if (count === 0) throw archiveInvalid(this.what, "it became shorter while it was read");
			filled += count;
		}
		return bytes;
	}

	*pieces(place: Place): Generator<Uint8Array> {
		if (place instanceof Uint8Array) return yield place;
		for (let done = 0; done < place.size_bytes; done += PIECE_BYTES)
			yield this.read(place.at + done, Math.min(PIECE_BYTES, place.size_bytes - done));
	}

	#source(): TarSource {
		const { size } = fstatSync(this.#handle);
		return { what: this.what, size_bytes: size, read: (at, length) => this.read(at, length) };
	}

	#readSome(bytes: Uint8Array, filled: number, at: number): number {
		try {
			return readSync(this.#handle, bytes, filled, bytes.length - filled, at);
		} catch (cause) {
			throw unreadable(this.what, cause);
		}
	}
}

/** Blobs of an archive, for `copyGraph`. */
export class ArchiveContent implements ContentSource {
	readonly #file: ArchiveFile;
	readonly #places: ReadonlyMap<Digest, Place>;

	constructor(file: ArchiveFile, places: ReadonlyMap<Digest, Place>) {
		this.#file = file;
		this.#places = places;
	}

	has(digest: Digest): boolean {
		return this.#places.has(digest);
	}

	async *fetch({ digest }: Descriptor, signal?: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
		const place = this.#places.get(digest);
		if (place === undefined)
			throw new Fault("IMAGE_INVALID", `cannot load from ${this.#file.what}`, {
				note: `the blob '${digest}' is named in it, and not there`,
			});
		for (const piece of this.#file.pieces(place)) {
			signal?.throwIfAborted();
			yield piece;
		}
	}

	/** What is attached is listed apart. */
	async referrers(): Promise<readonly Descriptor[]> {
		return [];
	}
}

export function archiveInvalid(what: string, note: string): Fault {
	return new Fault("IMAGE_INVALID", `cannot load from ${what}`, {
		note,
		help: "archives are made by: wherry save, docker save, podman save, skopeo copy ... oci-archive:FILE",
	});
}

/** Nothing but files and links is of use. A name that stands twice means one thing to some readers and another to others. */
function filesOf(source: TarSource): ReadonlyMap<string, TarEntry> {
	const files = new Map<string, TarEntry>();
	for (const entry of entriesOf(source)) {
		if (entry.kind !== "file" && entry.kind !== "link") continue;
		const name = entry.name.replace(/^(?:\.\/)+/, "");
		if (files.has(name)) throw archiveInvalid(source.what, `'${name}' is in it twice`);
		if (files.size >= FILES_MAX) throw archiveInvalid(source.what, `it has over ${FILES_MAX} files`);
		files.set(name, entry);
	}
	return files;
}

/** What breaks off at its very start is not a damaged archive, but some other file. */
function* entriesOf(source: TarSource): Generator<TarEntry, void, undefined> {
	if (source.size_bytes === 0) throw archiveInvalid(source.what, "it is empty");
	let begun = false;
	try {
		for (const entry of walkTar(source)) {
			begun = true;
			yield entry;
		}
	} catch (cause) {
		if (begun || !(cause instanceof Fault) || cause.code !== "LAYER_INVALID") throw cause;
		throw archiveInvalid(source.what, "it is no tar archive");
	}
}

/** `../OTHER/layer.tar`, seen from the folder of the link; what leads out of the archive is in it under no name. */
function targetOf({ name, target }: TarEntry): string {
	const path = name.split("/").slice(0, -1);
	for (const part of target.split("/"))
		if (part === "..") path.pop();
		else if (part !== "" && part !== ".") path.push(part);
	return path.join("/");
}
