import { closeSync, constants, fstatSync, openSync, realpathSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import { Fault } from "../base/fault.ts";
import type { BindMount, Mount, RootGrant } from "../capability/grants.ts";
import { MemoryFileSystem } from "../host/memory/file-system.ts";
import { openDirectory } from "../host/node/directory.ts";
import type { GrantedPlace } from "../host/node/wall/landlock.ts";
import type { Clocks } from "../sys/clocks.ts";
import type { Directory } from "../sys/directory.ts";
import type { TreeDirectory } from "../sys/file-tree.ts";
import type { Stat } from "../sys/stat.ts";
import { ReadOnlyDirectory } from "../wasi/filesystem/readonly.ts";
import type { Mounted } from "../wasi/filesystem/table.ts";

export interface OpenedMounts {
	readonly mounted: readonly Mounted[];
	/** What the second wall lets through. The caller closes the descriptors when it stands. */
	readonly places: readonly GrantedPlace[];
}

/**
 * Opens what was granted of files: the one place where a host path of the person's is looked up.
 *
 * @throws Fault GRANT_NOT_FOUND, GRANT_REFUSED, naming the flag
 */
export function openMounts(mounts: readonly Mount[], clocks: Clocks): OpenedMounts {
	const mounted: Mounted[] = [];
	const places: GrantedPlace[] = [];
	for (const [index, mount] of mounts.entries()) {
		if (mount.type === "bind") mounted.push(openBind(mount, places));
		else mounted.push({ guest: mount.guest, what: openTmpfs(mount, clocks, BigInt(index + 1)) });
	}
	return { mounted, places };
}

/**
 * The same, with an empty tmpfs in the place of each.
 *
 * @param shown each as the guest is to have it
 */
export function withNewTmpfs(
	mounted: readonly Mounted[],
	mounts: readonly Mount[],
	clocks: Clocks,
	shown: (mounted: readonly Mounted[]) => readonly Mounted[],
): readonly Mounted[] {
	return mounts.flatMap((mount, index) => {
		if (mount.type === "tmpfs")
			return shown([{ guest: mount.guest, what: openTmpfs(mount, clocks, BigInt(index + 1)) }]);
		return mounted[index] ?? [];
	});
}

/** The files of an image as the guest's root: its own to change, and the image stays as it is. */
export function openRoot({ size_bytes, readOnly }: RootGrant, tree: TreeDirectory, clocks: Clocks): Mounted {
	const { root } = new MemoryFileSystem({ clocks, quota_bytes: size_bytes, device: ROOT_DEVICE, tree });
	return { guest: "/", what: readOnly ? new ReadOnlyDirectory(root) : root };
}

/** No tmpfs has it. */
const ROOT_DEVICE = 1n << 32n;

function openTmpfs(mount: Mount & { type: "tmpfs" }, clocks: Clocks, device: bigint): Directory {
	const { root } = new MemoryFileSystem({ clocks, quota_bytes: mount.size_bytes, device });
	return mount.readOnly ? new ReadOnlyDirectory(root) : root;
}

function openBind(mount: BindMount, places: GrantedPlace[]): Mounted {
	const stat = statSync(mount.host, { throwIfNoEntry: false });
	if (stat === undefined) throw missing(mount);
	if (stat.isDirectory()) return { guest: mount.guest, what: openBoundDirectory(mount, places) };
	if (!stat.isFile()) throw refused(mount, "it is a device, a FIFO or a socket");
	if (mount.guest === "." || mount.guest === "/")
		throw refused(mount, "a file cannot be mounted over a directory");
	return openBoundFile(mount, places);
}

function openBoundDirectory(mount: BindMount, places: GrantedPlace[]): Directory {
	const directory = openDirectory(mount.host);
	pin(mount, mount.host, "directory", directory.stat(), places);
	return mount.readOnly ? new ReadOnlyDirectory(directory) : directory;
}

/** A file is granted as one name in its directory, so that what replaces the file is seen. */
function openBoundFile(mount: BindMount, places: GrantedPlace[]): Mounted {
	const host = realpathSync(mount.host);
	const parent = openDirectory(dirname(host));
	const name = basename(host);
	pin(mount, host, "file", parent.statAt(name, false), places);
	const directory = mount.readOnly ? new ReadOnlyDirectory(parent) : parent;
	return { guest: mount.guest, what: { kind: "file-mount", directory, name } };
}

/**
 * A descriptor for the second wall, of the very thing that was opened for the guest: who swapped the
 * path between the two look-ups finds the run refused.
 */
function pin(
	mount: BindMount,
	path: string,
	kind: GrantedPlace["kind"],
	opened: Stat | number,
	places: GrantedPlace[],
): void {
	if (process.platform !== "linux") return;
	const descriptor = openSync(path, O_PATH | (constants.O_NOFOLLOW * Number(kind === "file")));
	const found = fstatSync(descriptor, { bigint: true });
	if (typeof opened === "number" || found.ino !== opened.inode) {
		closeSync(descriptor);
		throw refused(mount, "it changed while it was being opened");
	}
	places.push({ descriptor, kind, readOnly: mount.readOnly });
}

/** Linux's O_PATH, which node:fs does not name. */
const O_PATH = 0o10000000;

function missing(mount: BindMount): Fault {
	return new Fault("GRANT_NOT_FOUND", `cannot grant '${mount.host}': there is no such file or directory`, {
		note: `asked for by ${mount.origin.where}`,
		help: `mkdir -p ${mount.host}    if it is to be a new directory`,
	});
}

function refused(mount: BindMount, why: string): Fault {
	return new Fault("GRANT_REFUSED", `cannot grant '${mount.host}': ${why}`, {
		note: `asked for by ${mount.origin.where}`,
	});
}
