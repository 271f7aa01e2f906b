/** From a refusal to the error a person reads: what was asked for, which rule refused, what would allow it. */
import { Fault, printable } from "../base/fault.ts";
import { orList } from "../base/near.ts";
import { shellWord } from "../base/shell.ts";
import type { Denial, PathDenial } from "./denial.ts";
import type { BindMount, Grants, Mount, RootGrant } from "./grants.ts";
import { LIMIT_RANGES } from "./limits.ts";
import { netFault } from "./net-words.ts";
import { formatSize } from "./quantity.ts";
import { isStoreName } from "./services.ts";
import { READ_ONLY_FLAG } from "./wishes.ts";

/** What there is on the host at a path, relative to the working directory or absolute. */
export type HostLookup = (path: string) => "file" | "directory" | "missing";

/**
 * Of what a guest was refused, what may have made it fail, the likeliest first. Asking for what is not there
 * on the host either is how programs search, when they start above all: what was asked for so before a
 * refusal of another kind is left out, and mere look-ups are beside anything else.
 */
export function tellingDenials(denials: readonly Denial[], lookup: HostLookup): readonly Denial[] {
	const latest = denials.toReversed();
	const isFound = (denial: Denial) => !isSearch(denial, lookup);
	const found = latest.filter(isFound);
	const searches = latest.slice(0, found[0] === undefined ? latest.length : latest.indexOf(found[0]));
	const opened = searches.filter((denial) => denial.type === "path" && denial.need !== "stat");
	const told = [...found, ...opened];
	return told.length > 0 ? told : searches.slice(0, 1);
}

function isSearch(denial: Denial, lookup: HostLookup): boolean {
	return (
		denial.type === "path" &&
		denial.need !== "write" &&
		denial.rule === "no-mount" &&
		hostPathOf(denial.guestPath, lookup) === undefined
	);
}

/** The refusal as an error: code, message, the rule that refused, and the smallest grant as its help. */
export function denialFault(denial: Denial, grants: Grants, lookup: HostLookup): Fault {
	switch (denial.type) {
		case "path":
			return pathFault(denial, grants, lookup);
		case "net":
			return netFault(denial, grants);
		case "no-space":
			return spaceFault(denial.guestPath, grants);
		case "descriptors":
			return descriptorFault(denial.limit);
		case "keyvalue":
			return storeFault(denial.name, grants);
		case "stdin":
			return new Fault("NOT_GRANTED", "guest may not read standard input", {
				note: "it is a terminal, and a terminal is read only by a guest that was granted it",
				help: "-i",
			});
	}
}

/**
 * The words of the smallest grant that would allow what was refused, ready for a shell; undefined when no
 * grant would, or none that is small: the host's root is never offered.
 */
export function suggestGrant(denial: PathDenial, grants: Grants, lookup: HostLookup): string | undefined {
	if (denial.rule === "escape" || !isPlain(denial.guestPath)) return undefined;
	const mount = mountOf(denial.guestPath, grants);
	// an image's own file: that the host has one of that name says nothing
	if (mount === undefined && denial.rule === "read-only") return undefined;
	if (mount === undefined || denial.rule === "no-mount") return newGrant(denial, lookup);
	if (mount.origin.where === READ_ONLY_FLAG) return undefined;
	return mount.type === "tmpfs"
		? tmpfsWords(mount.guest, mount.size_bytes)
		: widerGrant(denial.guestPath, mount, lookup);
}

const VERBS: Readonly<Record<PathDenial["need"], string>> = {
	read: "open",
	write: "write",
	list: "list",
	stat: "look up",
};

function pathFault(denial: PathDenial, grants: Grants, lookup: HostLookup): Fault {
	const help = suggestGrant(denial, grants, lookup);
	return new Fault("NOT_GRANTED", `guest may not ${VERBS[denial.need]} '${oneLine(denial.guestPath)}'`, {
		note: ruleNotes(denial, grants, help),
		help,
	});
}

function ruleNotes(denial: PathDenial, grants: Grants, help: string | undefined): string[] {
	const mount = mountOf(denial.guestPath, grants);
	if (denial.rule === "escape")
		return [
			`it leads out of ${mount === undefined ? "its grant" : `'${mount.guest}'`} through a link or '..', or to a device, FIFO or socket`,
			"no flag allows that; what it leads to can be granted under its own path",
		];
	if (denial.rule === "read-only" && mount !== undefined) {
		if (mount.origin.where === READ_ONLY_FLAG)
			return [`'${mount.guest}' is read-only because of --read-only; run it without that to allow it`];
		return [`'${mount.guest}' is granted read-only, by '${mount.origin.where}'`];
	}
	if (denial.rule === "read-only" && grants.root !== undefined)
		return [
			`the files of '${grants.root.image}' are read-only because of --read-only; run it without that to allow it`,
		];
	const rule = grantedNote(grants);
	if (help !== undefined) return [rule];
	if (!isPlain(denial.guestPath))
		return [rule, "the path holds characters that are not printed: no grant is offered"];
	return [rule, "there is nothing at that path on the host either"];
}

const SHOWN_MOUNTS_MAX = 4;

function grantedNote({ mounts }: Grants): string {
	if (mounts.length === 0) return "no files are granted";
	const paths = mounts.slice(0, SHOWN_MOUNTS_MAX).map(({ guest }) => guest);
	const shown = orList(paths, "and");
	const more = mounts.length > SHOWN_MOUNTS_MAX ? " (and more)" : "";
	return `no grant covers it: only ${shown}${more} ${mounts.length === 1 ? "is" : "are"} granted`;
}

/** For a path that no mount covers. */
function newGrant({ guestPath, need }: PathDenial, lookup: HostLookup): string | undefined {
	const writes = need === "write";
	const found = hostPathOf(guestPath, lookup);
	if (found !== undefined && !(writes && found.kind === "directory" && isTemporary(guestPath)))
		return bindWords(found.path, guestPath, !writes);
	if (!writes) return undefined;
	// what is to be made anew needs the directory it is made in
	if (isTemporary(guestPath)) return tmpfsWords(temporaryRoot(guestPath));
	const parent = parentOf(guestPath);
	const folder = hostPathOf(parent, lookup);
	return folder?.kind === "directory" ? bindWords(folder.path, parent, false) : undefined;
}

/** For a path beneath a read-only mount: of it, as little as will do. */
function widerGrant(guestPath: string, mount: BindMount, lookup: HostLookup): string {
	const whole = bindWords(mount.host, mount.guest, false);
	// what lies beneath "." has no name of its own that a grant could use
	if (mount.guest === ".") return whole;
	for (let guest = parentOf(guestPath); isBeneath(guest, mount.guest); guest = parentOf(guest)) {
		const host = joined(mount.host, guest.slice(mount.guest === "/" ? 1 : mount.guest.length + 1));
		if (lookup(host) === "directory") return bindWords(host, guest, false);
	}
	return whole;
}

function spaceFault(guestPath: string, grants: Grants): Fault {
	const mount = mountOf(guestPath, grants);
	if (mount === undefined && grants.root !== undefined) return rootSpaceFault(grants.root);
	if (mount?.type !== "tmpfs")
		return new Fault("IO", `cannot write '${oneLine(guestPath)}'`, {
			note: `the disk behind ${mount === undefined ? "it" : `'${mount.guest}'`} is full, or its quota is`,
		});
	return new Fault("LIMIT_REACHED", `guest may not write more to '${mount.guest}'`, {
		note: `it is a tmpfs of ${formatSize(mount.size_bytes)}, by '${mount.origin.where}', and it is full`,
		help: tmpfsWords(mount.guest, mount.size_bytes * 2),
	});
}

function rootSpaceFault({ image, size_bytes }: RootGrant): Fault {
	return new Fault("LIMIT_REACHED", `guest may not write more to the files of '${image}'`, {
		note: `it may change or add ${formatSize(size_bytes)}, which are used up`,
		help: `--storage-opt size=${formatSize(Math.max(size_bytes * 2, LEAST_STORAGE_BYTES))}`,
	});
}

/** What is offered when nothing was allowed. */
const LEAST_STORAGE_BYTES = 1024 ** 2;

function storeFault(name: string, { keyvalue }: Grants): Fault {
	const names = keyvalue.slice(0, SHOWN_MOUNTS_MAX).map((grant) => grant.name);
	return new Fault("NOT_GRANTED", `guest may not open the key-value store '${oneLine(name)}'`, {
		note: names.length === 0 ? "no key-value stores are granted" : `granted is ${orList(names, "and")} only`,
		help: isStoreName(name) ? `--keyvalue ${shellWord(name)}` : undefined,
	});
}

function descriptorFault(limit: number): Fault {
	const more = Math.min(limit * 2, LIMIT_RANGES.descriptors.max);
	return new Fault("LIMIT_REACHED", `guest may not have more than ${limit} descriptors open`, {
		note: "files, directories and connections count, and the three standard streams",
		help: more > limit ? `--ulimit nofile=${more}` : undefined,
	});
}

/** Whether a path, which a guest chose, shows as it is: else it is not offered to be pasted. */
function isPlain(path: string): boolean {
	return oneLine(path) === path;
}

/** No line of an error is the guest's to write. */
function oneLine(path: string): string {
	return printable(path).replaceAll("\n", "\\u{a}").replaceAll("\t", "\\u{9}");
}

/** The mount whose guest path is the longest in front of this one. */
function mountOf(guestPath: string, { mounts }: Grants): Mount | undefined {
	let best: Mount | undefined;
	for (const mount of mounts) {
		const covers = guestPath === mount.guest || isBeneath(guestPath, mount.guest);
		if (covers && (best === undefined || mount.guest.length > best.guest.length)) best = mount;
	}
	return best;
}

/** A relative path is beneath "." only: it was opened there. */
function isBeneath(path: string, folder: string): boolean {
	if (folder === ".") return !path.startsWith("/") && path !== ".";
	return path !== folder && path.startsWith(folder === "/" ? "/" : `${folder}/`);
}

/** What a guest's path most likely means on the host: the same path, or one of the working directory. */
function hostPathOf(
	guestPath: string,
	lookup: HostLookup,
): { readonly path: string; readonly kind: "file" | "directory" } | undefined {
	const relative = guestPath === "/" || guestPath === "." ? "." : `./${guestPath.replace(/^\//, "")}`;
	// the host's root would be everything: not a grant to offer
	const candidates = guestPath.startsWith("/") && guestPath !== "/" ? [guestPath, relative] : [relative];
	for (const path of candidates) {
		const kind = lookup(path);
		if (kind !== "missing") return { path, kind };
	}
	return undefined;
}

function parentOf(guestPath: string): string {
	const slash = guestPath.lastIndexOf("/");
	if (slash < 0) return ".";
	return slash === 0 ? "/" : guestPath.slice(0, slash);
}

function joined(host: string, below: string): string {
	return below === "" ? host : `${host.replace(/\/+$/, "")}/${below}`;
}

function isTemporary(guestPath: string): boolean {
	return /^\/(var\/)?tmp(\/|$)/.test(guestPath);
}

function temporaryRoot(guestPath: string): string {
	return guestPath.startsWith("/var/") ? "/var/tmp" : "/tmp";
}

function tmpfsWords(guest: string, size_bytes?: number): string {
	const size = size_bytes === undefined ? "" : `:size=${formatSize(size_bytes)}`;
	return `--tmpfs ${shellWord(`${guest}${size}`)}`;
}

/** `--dir HOST:GUEST:ro`, or `--mount` where a path holds what those words cannot. */
function bindWords(host: string, guest: string, readOnly: boolean): string {
	if (!host.includes(":") && !guest.includes(":"))
		return `--dir ${shellWord(`${host}:${guest}:${readOnly ? "ro" : "rw"}`)}`;
	const fields = ["type=bind", `source=${host}`, `target=${guest}`, ...(readOnly ? ["readonly"] : [])];
	return `--mount ${shellWord(fields.map(csvField).join(","))}`;
}

function csvField(field: string): string {
	return /[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
