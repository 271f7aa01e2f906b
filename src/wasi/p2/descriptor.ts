import type { Advice } from "../../sys/file.ts";
import { Errno } from "../../sys/errno.ts";
import { FileType, type Stat } from "../../sys/stat.ts";
import type { ComponentGuest } from "../component-guest.ts";
import type { OpenDirectory, OpenFile } from "../descriptors.ts";
import {
	beneath,
	beneathBoth,
	isMutable,
	link,
	openBeneath,
	removeDirectory,
} from "../filesystem/beneath.ts";
import { isSameObject, metadataHash } from "../filesystem/identity.ts";
import { clampOffset, grown, OFFSET_MAX } from "../filesystem/offsets.ts";
import { Resource } from "../resource.ts";
import { DirectoryEntryStream } from "./directory-entry-stream.ts";
import { fileSink, fileSource } from "./file-streams.ts";
import {
	demandCount,
	demandSuccess,
	type DescriptorFlags,
	type DescriptorStat,
	descriptorType,
	errorOf,
	type NewTimestamp,
	newTime,
	statOf,
	unlessErrno,
} from "./filesystem-values.ts";
import { InputStream, READ_BYTES_MAX } from "./input-stream.ts";
import { OutputStream } from "./output-stream.ts";
import { sharedDescriptor, type SharedOpen } from "../filesystem/shared-open.ts";

interface PathFlags {
	readonly symlinkFollow?: boolean;
}

interface OpenFlags {
	readonly create?: boolean;
	readonly directory?: boolean;
	readonly exclusive?: boolean;
	readonly truncate?: boolean;
}

/** wasi:filesystem/types `descriptor`: a file or directory that is open. */
export class Descriptor extends Resource {
	readonly #shared: SharedOpen;

	/** Takes over one use of `shared`. */
	constructor(guest: ComponentGuest, shared: SharedOpen) {
		super(guest);
		this.#shared = shared;
	}

	readViaStream(offset: bigint): InputStream {
		if (this.#open.kind === "directory") throw errorOf(Errno.ISDIR);
		const file = this.#file();
		if (!file.readable) throw errorOf(Errno.BADF);
		return new InputStream(this.guest, fileSource(this.#shared, file, offset));
	}

	writeViaStream(offset: bigint): OutputStream {
		return new OutputStream(this.guest, fileSink(this.guest, this.#shared, this.#written(), offset));
	}

	appendViaStream(): OutputStream {
		return new OutputStream(this.guest, fileSink(this.guest, this.#shared, this.#written(), "end"));
	}

	advise(offset: bigint, length: bigint, advice: string): void {
		const number = ADVICE.indexOf(advice) as Advice;
		demandSuccess(this.#file().file.advise(clampOffset(offset), clampOffset(length), number));
	}

	syncData(): void {
		this.#synchronise("data");
	}

	sync(): void {
		this.#synchronise("all");
	}

	getFlags(): Required<DescriptorFlags> {
		const open = this.#open;
		if (open.kind === "directory")
			return { ...NO_FLAGS, read: true, mutateDirectory: isMutable(open.directory) };
		const { readable: read, writable: write, sync } = open;
		return {
			...NO_FLAGS,
			read,
			write,
			fileIntegritySync: sync === "all",
			dataIntegritySync: sync === "data",
		};
	}

	getType(): string {
		return descriptorType(this.#open.kind === "directory" ? FileType.DIRECTORY : this.#stat().type);
	}

	setSize(size: bigint): void {
		const file = this.#file();
		if (!file.writable) throw errorOf(Errno.INVAL);
		if (size > OFFSET_MAX) throw errorOf(Errno.FBIG);
		demandCount(grown(this.guest, file, -file.file.truncate(Number(size))));
	}

	setTimes(accessed: NewTimestamp, modified: NewTimestamp): void {
		const open = this.#open;
		const what = open.kind === "file" ? open.file : open.directory;
		demandSuccess(what.setTimes(newTime(accessed), newTime(modified)));
	}

	/** The bytes, and whether the end was reached. */
	read(length: bigint, offset: bigint): [bytes: Uint8Array, ended: boolean] {
		const file = this.#file();
		if (!file.readable) throw errorOf(Errno.BADF);
		if (offset >= 1n << 63n) throw errorOf(Errno.INVAL);
		if (offset > OFFSET_MAX) return [new Uint8Array(), true];
		const buffer = new Uint8Array(length > READ_BYTES_MAX ? READ_BYTES_MAX : Number(length));
		const moved = demandCount(file.file.read([buffer], Number(offset)));
		return [buffer.subarray(0, moved), moved === 0 && length > 0n];
	}

	write(bytes: Uint8Array, offset: bigint): bigint {
		const file = this.#written();
		if (offset > OFFSET_MAX) throw errorOf(offset >= 1n << 63n ? Errno.INVAL : Errno.FBIG);
		return BigInt(demandCount(grown(this.guest, file, file.file.write([bytes], Number(offset)))));
	}

	readDirectory(): DirectoryEntryStream {
		const open = this.#open;
		if (open.kind !== "directory") throw errorOf(Errno.NOTDIR);
		return new DirectoryEntryStream(this.guest, this.#shared, open.directory);
	}

	createDirectoryAt(path: string): void {
		const { guest } = this;
		demandSuccess(
			beneath(guest, this.#open, path, "write", (directory, name) => directory.createDirectory(name)),
		);
	}

	stat(): DescriptorStat {
		return statOf(this.#stat());
	}

	statAt(flags: PathFlags, path: string): DescriptorStat {
		return statOf(this.#statAt(flags, path));
	}

	setTimesAt(flags: PathFlags, path: string, accessed: NewTimestamp, modified: NewTimestamp): void {
		const times = [newTime(accessed), newTime(modified)] as const;
		demandSuccess(
			beneath(this.guest, this.#open, path, "write", (directory, name) =>
				directory.setTimesAt(name, flags.symlinkFollow ?? false, ...times),
			),
		);
	}

	linkAt(flags: PathFlags, path: string, to: Descriptor, toPath: string): void {
		demandSuccess(
			beneathBoth(this.guest, [this.#open, path], [to.#open, toPath], (source, name, target, targetName) =>
				link(source, name, flags.symlinkFollow ?? false, target, targetName),
			),
		);
	}

	openAt(pathFlags: PathFlags, path: string, openFlags: OpenFlags, flags: DescriptorFlags): Descriptor {
		const opened = openBeneath(this.guest, this.#open, path, {
			follow: pathFlags.symlinkFollow ?? false,
			create: openFlags.create ?? false,
			directory: openFlags.directory ?? false,
			exclusive: openFlags.exclusive ?? false,
			truncate: openFlags.truncate ?? false,
			read: flags.read ?? false,
			write: flags.write ?? false,
			sync: syncOf(flags),
		});
		const shared = sharedDescriptor(this.guest.world.descriptors, unlessErrno(opened));
		return new Descriptor(this.guest, shared);
	}

	readlinkAt(path: string): string {
		const target = unlessErrno(
			beneath(this.guest, this.#open, path, "stat", (directory, name) => directory.readLink(name)),
		);
		// so says the WIT: a guest has no use for it
		if (target.startsWith("/")) throw errorOf(Errno.PERM);
		return target;
	}

	removeDirectoryAt(path: string): void {
		const { guest } = this;
		demandSuccess(beneath(guest, this.#open, path, "write", removeDirectory));
	}

	renameAt(path: string, to: Descriptor, toPath: string): void {
		demandSuccess(
			beneathBoth(this.guest, [this.#open, path], [to.#open, toPath], (source, name, target, targetName) =>
				source.rename(name, target, targetName),
			),
		);
	}

	symlinkAt(target: string, path: string): void {
		const { guest } = this;
		demandSuccess(
			beneath(guest, this.#open, path, "write", (directory, name) => directory.symlink(target, name)),
		);
	}

	unlinkFileAt(path: string): void {
		demandSuccess(
			beneath(this.guest, this.#open, path, "write", (directory, name) => directory.unlink(name)),
		);
	}

	isSameObject(other: Descriptor): boolean {
		if (this.#shared === other.#shared) return true;
		const [mine, others] = [statOpen(this.#open), statOpen(other.#open)];
		return typeof mine !== "number" && typeof others !== "number" && isSameObject(mine, others);
	}

	metadataHash(): { lower: bigint; upper: bigint } {
		return metadataHash(this.#stat());
	}

	metadataHashAt(flags: PathFlags, path: string): { lower: bigint; upper: bigint } {
		return metadataHash(this.#statAt(flags, path));
	}

	protected override dropped(): void {
		this.#shared.release();
	}

	get #open(): OpenFile | OpenDirectory {
		return this.#shared.open;
	}

	#file(): OpenFile {
		const open = this.#open;
		if (open.kind !== "file") throw errorOf(Errno.BADF);
		return open;
	}

	#written(): OpenFile {
		const file = this.#file();
		if (!file.writable) throw errorOf(Errno.BADF);
		return file;
	}

	#stat(): Stat {
		return unlessErrno(statOpen(this.#open));
	}

	#statAt(flags: PathFlags, path: string): Stat {
		return unlessErrno(
			beneath(this.guest, this.#open, path, "stat", (directory, name) =>
				directory.statAt(name, flags.symlinkFollow ?? false),
			),
		);
	}

	#synchronise(what: "data" | "all"): void {
		const open = this.#open;
		demandSuccess(open.kind === "file" ? open.file.sync(what) : open.directory.sync());
	}
}

/** In the order of preview1's numbers. */
const ADVICE = ["normal", "sequential", "random", "will-need", "dont-need", "no-reuse"];

const NO_FLAGS: Required<DescriptorFlags> = {
	read: false,
	write: false,
	fileIntegritySync: false,
	dataIntegritySync: false,
	requestedWriteSync: false,
	mutateDirectory: false,
};

function syncOf(flags: DescriptorFlags): OpenFile["sync"] {
	if (flags.fileIntegritySync === true) return "all";
	return flags.dataIntegritySync === true || flags.requestedWriteSync === true ? "data" : "none";
}

function statOpen(open: OpenFile | OpenDirectory): Stat | Errno {
	return open.kind === "file" ? open.file.stat() : open.directory.stat();
}
