/**
 * Reads tar archives as others make them: POSIX ustar and pax, GNU, star and V7.
 *
 * Where readers of the world disagree about what an archive means, this one refuses it: what is
 * unpacked here must be what everyone else saw in it.
 */
import { Fault } from "../base/fault.ts";
import { TAR_HEADER_BYTES_MAX } from "./limits.ts";
import { parseTarHeader, TAR_BLOCK_BYTES, type TarHeader, tarText } from "./tar-header.ts";
import { parseTarRecords, type TarRecords } from "./tar-records.ts";

export type TarKind =
	| "file"
	| "directory"
	| "link"
	| "hard-link"
	| "character device"
	| "block device"
	| "FIFO";

/** One thing in an archive. Nothing is checked of its name but that it is UTF-8 and holds no NUL. */
export interface TarEntry {
	readonly kind: TarKind;
	/** As it stands there: `./a/b`, `a/`, `/a`, `../a`. */
	readonly name: string;
	/** Of links, as it stands there. */
	readonly target: string;
	/** Where its content begins in the archive, and how long it is. */
	readonly at: number;
	readonly size_bytes: number;
	/** 0 to 2^63-1: what is before 1970 reads as 0. */
	readonly modified_ns: bigint;
	readonly executable: boolean;
}

/** An archive, wherever it lies. */
export interface TarSource {
	/** What it is to people: `layer sha256:...`, `archive a.tar`. */
	readonly what: string;
	readonly size_bytes: number;
	/** `length` bytes from `at` on, all of which are there. They may be changed by the next call. */
	read(at: number, length: number): Uint8Array;
}

/**
 * The entries, in order. Holds none of the archive but the headers of the entry at hand.
 *
 * @throws Fault LAYER_INVALID
 */
export function* walkTar(source: TarSource): Generator<TarEntry> {
	const reader = new TarReader(source);
	for (let entry = reader.next(); entry !== undefined; entry = reader.next()) yield entry;
}

/** An archive that lies in memory. */
export function tarInMemory(what: string, bytes: Uint8Array): TarSource {
	return { what, size_bytes: bytes.length, read: (at, length) => bytes.subarray(at, at + length) };
}

/** A fault of an archive at one of its entries, or before the first. */
export function tarFault(what: string, entry: string, why: string, note?: string): Fault {
	const shown = entry.length > SHOWN_CHARACTERS_MAX ? `${entry.slice(0, SHOWN_CHARACTERS_MAX)}...` : entry;
	const where = entry === "" ? what : `'${shown}' of ${what}`;
	return new Fault("LAYER_INVALID", `cannot unpack ${where}: ${why}`, { note });
}

const SHOWN_CHARACTERS_MAX = 200;

const KINDS: ReadonlyMap<string, TarKind> = new Map([
	["0", "file"],
	["\0", "file"],
	// contiguous, on systems that knew such files
	["7", "file"],
	["1", "hard-link"],
	["2", "link"],
	["3", "character device"],
	["4", "block device"],
	["5", "directory"],
	["6", "FIFO"],
]);

/** What the headers before an entry say of it: pax's records, GNU's long names. */
interface Said {
	readonly records?: TarRecords;
	readonly name?: string;
	readonly target?: string;
}

const NOTHING: Said = {};
const TIME_NS_MAX = 2n ** 63n - 1n;
const PIECE_BYTES = 64 * 1024;

class TarReader {
	readonly #source: TarSource;
	#at = 0;
	/** Whose header was read last, to say where an archive is broken. */
	#name = "";
	#globalTime_ns: bigint | undefined;

	constructor(source: TarSource) {
		this.#source = source;
	}

	next(): TarEntry | undefined {
		let said = NOTHING;
		for (;;) {
			const header = this.#header();
			if (header === undefined) {
				if (said === NOTHING) return undefined;
				throw this.#fault("the archive ends behind it, where what it describes should be");
			}
			const more = this.#extension(header, said);
			if (more === undefined) return this.#entry(header, said);
			said = more;
		}
	}

	/** The next header; undefined at the mark of zeros that ends an archive. */
	#header(): TarHeader | undefined {
		const block = this.#take(TAR_BLOCK_BYTES);
		if (block[0] === 0 && block.every((byte) => byte === 0)) return this.#end();
		const header = parseTarHeader(block);
		if (header === undefined) throw this.#fault("the header behind it is damaged");
		this.#name = header.name ?? "";
		return header;
	}

	/** Others stop reading at the mark: what stands behind it would be seen by some only. */
	#end(): undefined {
		while (this.#left_bytes > 0) {
			const piece = this.#take(Math.min(this.#left_bytes, PIECE_BYTES));
			for (const byte of piece) if (byte !== 0) throw this.#fault("something follows the archive's end");
		}
		return undefined;
	}

	/** What is said once this header is read too; undefined where it is that of an entry itself. */
	#extension(header: TarHeader, said: Said): Said | undefined {
		switch (header.type) {
			case "x":
				if (said.records !== undefined) throw this.#fault("it has two extended headers");
				return { ...said, records: this.#records(header) };
			case "g":
				this.#global(header);
				return said;
			case "L":
				if (said.name !== undefined) throw this.#fault("it has two long names");
				return { ...said, name: this.#longName(header) };
			case "K":
				if (said.target !== undefined) throw this.#fault("it has two long targets");
				return { ...said, target: this.#longName(header) };
			default:
				return undefined;
		}
	}

	#records(header: TarHeader): TarRecords {
		const records = parseTarRecords(this.#extended(header));
		if (typeof records === "string") throw this.#fault(records);
		return records;
	}

	/** Go's reader, by which most images are unpacked, passes these over, and pax(1) does not. */
	#global(header: TarHeader): void {
		const { name, target, size_bytes, modified_ns } = this.#records(header);
		if (name !== undefined || target !== undefined || size_bytes !== undefined)
			throw this.#fault("a global header names or sizes all entries behind it");
		if (modified_ns !== undefined) this.#globalTime_ns = modified_ns;
	}

	#longName(header: TarHeader): string {
		const bytes = this.#extended(header);
		const end = bytes.indexOf(0);
		return this.#text(tarText(end === -1 ? bytes : bytes.subarray(0, end)));
	}

	#extended(header: TarHeader): Uint8Array {
		const size_bytes = header.size_bytes ?? Infinity;
		if (size_bytes > TAR_HEADER_BYTES_MAX)
			throw this.#fault(`its extended header has over ${TAR_HEADER_BYTES_MAX} bytes`);
		const padded = this.#take(paddedSize(size_bytes));
		return padded.subarray(0, size_bytes);
	}

	#entry(header: TarHeader, said: Said): TarEntry {
		const records = said.records ?? {};
		this.#name = this.#text(this.#oneOf(said.name, records.name) ?? header.name);
		const target = this.#text(this.#oneOf(said.target, records.target) ?? header.target);
		const size_bytes = records.size_bytes ?? header.size_bytes;
		if (size_bytes === undefined) throw this.#fault("its size is no number");
		const kind = this.#kindOf(header, size_bytes);
		const at = this.#at;
		this.#skip(size_bytes);
		return {
			kind,
			name: this.#name,
			target,
			at,
			size_bytes,
			modified_ns: clampTime(records.modified_ns ?? this.#globalTime_ns ?? header.modified_ns),
			executable: header.executable,
		};
	}

	#kindOf(header: TarHeader, size_bytes: number): TarKind {
		const kind = KINDS.get(header.type);
		if (kind === undefined) throw this.#fault(whyUnknown(header.type));
		const found = kind === "file" ? this.#fileKind(header) : kind;
		// some readers skip it, others take it for the next header
		if (found !== "file" && size_bytes > 0) throw this.#fault(`it is a ${found} with content`);
		return found;
	}

	/** Archives older than the type for directories say it by a slash; where it could be either, readers differ. */
	#fileKind({ name, type }: TarHeader): TarKind {
		const hasSlash = this.#name.endsWith("/");
		const isOld = type === "\0";
		if (hasSlash && !isOld) throw this.#fault("it is a file whose name ends in a slash");
		if (isOld && name?.endsWith("/") !== hasSlash) throw this.#fault("one of its names ends in a slash");
		return hasSlash ? "directory" : "file";
	}

	/** GNU's name and pax's: which of them counts is a matter of the reader. */
	#oneOf(gnu: string | undefined, pax: string | undefined): string | undefined {
		if (gnu !== undefined && pax !== undefined && gnu !== pax) throw this.#fault("it has two names");
		return pax ?? gnu;
	}

	/** A guest spells names in UTF-8: what is written otherwise it could never open. */
	#text(text: string | undefined): string {
		if (text === undefined) throw this.#fault("its name is not UTF-8");
		return text;
	}

	#skip(size_bytes: number): void {
		if (size_bytes > this.#left_bytes || paddedSize(size_bytes) > this.#left_bytes) throw this.#cutOff();
		this.#at += paddedSize(size_bytes);
	}

	#take(length: number): Uint8Array {
		if (length > this.#left_bytes) throw this.#cutOff();
		const bytes = this.#source.read(this.#at, length);
		this.#at += length;
		return bytes;
	}

	get #left_bytes(): number {
		return this.#source.size_bytes - this.#at;
	}

	#cutOff(): Fault {
		return this.#fault("the archive ends in or behind it without its mark");
	}

	#fault(why: string): Fault {
		return tarFault(this.#source.what, this.#name, why, `at byte ${this.#at}`);
	}
}

function whyUnknown(type: string): string {
	return type === "S" ? "it is sparse" : `its type '${type}' is none that an image may hold`;
}

function paddedSize(size_bytes: number): number {
	return Math.ceil(size_bytes / TAR_BLOCK_BYTES) * TAR_BLOCK_BYTES;
}

function clampTime(time_ns: bigint): bigint {
	if (time_ns < 0n) return 0n;
	return time_ns > TIME_NS_MAX ? TIME_NS_MAX : time_ns;
}
