import { Errno } from "../../sys/errno.ts";
import type { Advice } from "../../sys/file.ts";
import type { Stat } from "../../sys/stat.ts";
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
import { sharedDescriptor, type SharedOpen } from "../filesystem/shared-open.ts";
import { Resource } from "../resource.ts";
import {
	descriptorStat,
	descriptorType,
	type DescriptorStat,
	type DescriptorType,
	type DirectoryEntry,
	directoryEntries,
	type FilesystemError,
	filesystemError,
	found,
	newTime,
	type NewTimestamp,
	succeed,
} from "./filesystem-values.ts";
import {
	bytesFrom,
	bytesInto,
	type GuestStream,
	type HostStream,
	type Origin,
	type Outcome,
	type Target,
} from "./streams.ts";

interface DescriptorFlags {
	readonly read?: boolean;
	readonly write?: boolean;
	readonly fileIntegritySync?: boolean;
	readonly dataIntegritySync?: boolean;
	readonly requestedWriteSync?: boolean;
	readonly mutateDirectory?: boolean;
}

interface OpenFlags {
	readonly create?: boolean;
	readonly directory?: boolean;
	readonly exclusive?: boolean;
	readonly truncate?: boolean;
}

interface PathFlags {
	readonly symlinkFollow?: boolean;
}

/** In the order of preview1's numbers. */
const ADVICE = ["normal", "sequential", "random", "will-need", "dont-need", "no-reuse"];

/** `descriptor` of wasi:filesystem/types: an open file or directory. Files are read and written on the spot. */
export class Descriptor extends Resource {
	readonly #shared: SharedOpen;
	/** Whether the guest asked for a directory that it may change, or was given one. */
	readonly #asked: DescriptorFlags;

	/** Takes over one use of `shared`. */
	constructor(guest: ComponentGuest, shared: SharedOpen, asked: DescriptorFlags) {
		super(guest);
		this.#shared = shared;
		this.#asked = asked;
	}

	readViaStream(offset: bigint): [HostStream<Uint8Array>, Promise<Outcome<FilesystemError>>] {
		return bytesFrom(this.guest, new FileBytes(this.#shared, offset), filesystemError);
	}

	writeViaStream(data: GuestStream, offset: bigint): Promise<Outcome<FilesystemError>> {
		return this.#write(data, new FileBytes(this.#shared, offset));
	}

	appendViaStream(data: GuestStream): Promise<Outcome<FilesystemError>> {
		return this.#write(data, new FileBytes(this.#shared, undefined));
	}

	async #write(data: GuestStream, target: Target): Promise<Outcome<FilesystemError>> {
		const open = this.#open;
		return await bytesInto(this.guest, data, target, (errno) => {
			if (open.kind === "file") grown(this.guest, open, -errno);
			return filesystemError(errno);
		});
	}

	advise(offset: bigint, length: bigint, advice: string): void {
		succeed(
			this.#onFile(Errno.BADF, ({ file }) =>
				file.advise(clampOffset(offset), clampOffset(length), ADVICE.indexOf(advice) as Advice),
			),
		);
	}

	syncData(): void {
		succeed(this.#open.kind === "file" ? this.#open.file.sync("data") : this.#open.directory.sync());
	}

	sync(): void {
		succeed(this.#open.kind === "file" ? this.#open.file.sync("all") : this.#open.directory.sync());
	}

	getFlags(): DescriptorFlags {
		return flagsOf(this.#open, this.#asked);
	}

	getType(): DescriptorType {
		return descriptorType(found(this.#stat()).type);
	}

	setSize(size: bigint): void {
		succeed(
			this.#onFile(Errno.ISDIR, ({ file, writable }) => {
				if (!writable) return Errno.BADF;
				return size > OFFSET_MAX ? Errno.FBIG : file.truncate(Number(size));
			}),
		);
	}

	setTimes(accessed: NewTimestamp, modified: NewTimestamp): void {
		const what = this.#open.kind === "file" ? this.#open.file : this.#open.directory;
		succeed(what.setTimes(newTime(accessed), newTime(modified)));
	}

	readDirectory(): [HostStream<DirectoryEntry>, Promise<Outcome<FilesystemError>>] {
		return directoryEntries(this.#shared);
	}

	createDirectoryAt(path: string): void {
		succeed(this.#beneath(path, "write", (directory, name) => directory.createDirectory(name)));
	}

	stat(): DescriptorStat {
		return descriptorStat(found(this.#stat()));
	}

	statAt({ symlinkFollow = false }: PathFlags, path: string): DescriptorStat {
		return descriptorStat(found(this.#statAt(symlinkFollow, path)));
	}

	setTimesAt(
		{ symlinkFollow = false }: PathFlags,
		path: string,
		accessed: NewTimestamp,
		modified: NewTimestamp,
	): void {
		const times = [newTime(accessed), newTime(modified)] as const;
		succeed(
			this.#beneath(path, "write", (directory, name) => directory.setTimesAt(name, symlinkFollow, ...times)),
		);
	}

	linkAt({ symlinkFollow = false }: PathFlags, path: string, target: Descriptor, targetPath: string): void {
		succeed(
			beneathBoth(this.guest, [this.#open, path], [target.#open, targetPath], (from, name, to, toName) =>
				link(from, name, symlinkFollow, to, toName),
			),
		);
	}

	openAt(pathFlags: PathFlags, path: string, how: OpenFlags, flags: DescriptorFlags): Descriptor {
		const open = found(
			openBeneath(this.guest, this.#open, path, {
				follow: pathFlags.symlinkFollow ?? false,
				create: how.create ?? false,
				directory: how.directory ?? false,
				exclusive: how.exclusive ?? false,
				truncate: how.truncate ?? false,
				read: flags.read ?? false,
				write: flags.write ?? false,
				sync: syncOf(flags),
			}),
		);
		const shared = sharedDescriptor(this.guest.world.descriptors, open);
		return new Descriptor(this.guest, shared, flags);
	}

	readlinkAt(path: string): string {
		return found(this.#beneath(path, "stat", (directory, name) => directory.readLink(name)));
	}

	removeDirectoryAt(path: string): void {
		succeed(this.#beneath(path, "write", removeDirectory));
	}

	renameAt(path: string, target: Descriptor, targetPath: string): void {
		succeed(
			beneathBoth(this.guest, [this.#open, path], [target.#open, targetPath], (from, name, to, toName) =>
				from.rename(name, to, toName),
			),
		);
	}

	symlinkAt(linkTarget: string, path: string): void {
		succeed(this.#beneath(path, "write", (directory, name) => directory.symlink(linkTarget, name)));
	}

	unlinkFileAt(path: string): void {
		succeed(this.#beneath(path, "write", (directory, name) => directory.unlink(name)));
	}

	isSameObject(other: Descriptor): boolean {
		const [mine, theirs] = [this.#stat(), other.#stat()];
		return typeof mine === "object" && typeof theirs === "object" && isSameObject(mine, theirs);
	}

	metadataHash(): { lower: bigint; upper: bigint } {
		return metadataHash(found(this.#stat()));
	}

	metadataHashAt({ symlinkFollow = false }: PathFlags, path: string): { lower: bigint; upper: bigint } {
		return metadataHash(found(this.#statAt(symlinkFollow, path)));
	}

	protected override dropped(): void {
		this.#shared.release();
	}

	get #open(): OpenFile | OpenDirectory {
		return this.#shared.open;
	}

	#stat(): Stat | Errno {
		return this.#open.kind === "file" ? this.#open.file.stat() : this.#open.directory.stat();
	}

	#statAt(follow: boolean, path: string): Stat | Errno {
		return this.#beneath(path, "stat", (directory, name) => directory.statAt(name, follow));
	}

	#beneath<T>(
		path: string,
		need: Parameters<typeof beneath>[3],
		act: (directory: OpenDirectory["directory"], name: string) => T | Errno,
	): T | Errno {
		return beneath(this.guest, this.#open, path, need, act);
	}

	#onFile(otherwise: Errno, act: (open: OpenFile) => Errno): Errno {
		return this.#open.kind === "file" ? act(this.#open) : otherwise;
	}
}

/** A file from an offset on (undefined: at its end), whoever else moves in it. */
class FileBytes implements Origin, Target {
	readonly #shared: SharedOpen;
	#offset: bigint | undefined;

	constructor(shared: SharedOpen, offset: bigint | undefined) {
		this.#shared = shared.hold();
		this.#offset = offset;
	}

	close(): void {
		this.#shared.release();
	}

	get #open(): OpenFile | OpenDirectory {
		return this.#shared.open;
	}

	read(into: Uint8Array): number {
		if (this.#open.kind === "directory") return -Errno.ISDIR;
		if (!this.#open.readable) return -Errno.BADF;
		const offset = this.#offset ?? 0n;
		if (offset > OFFSET_MAX) return -Errno.INVAL;
		return this.#moved(this.#open.file.read([into], Number(offset)));
	}

	write(from: Uint8Array): number {
		if (this.#open.kind === "directory") return -Errno.BADF;
		if (!this.#open.writable) return -Errno.BADF;
		if (this.#offset === undefined) return this.#open.file.append([from]);
		if (this.#offset > OFFSET_MAX) return -Errno.FBIG;
		return this.#moved(this.#open.file.write([from], Number(this.#offset)));
	}

	/** Files are always ready. */
	wait(): never {
		throw new Error("a file answered that it has to be waited for");
	}

	#moved(count: number): number {
		if (count > 0 && this.#offset !== undefined) this.#offset += BigInt(count);
		return count;
	}
}

function flagsOf(open: OpenFile | OpenDirectory, asked: DescriptorFlags): DescriptorFlags {
	if (open.kind === "file")
		return { ...asked, mutateDirectory: false, read: open.readable, write: open.writable };
	return { read: true, mutateDirectory: (asked.mutateDirectory ?? false) && isMutable(open.directory) };
}

function syncOf({ fileIntegritySync, dataIntegritySync, requestedWriteSync }: DescriptorFlags) {
	if (fileIntegritySync === true) return "all";
	return dataIntegritySync === true || requestedWriteSync === true ? "data" : "none";
}
