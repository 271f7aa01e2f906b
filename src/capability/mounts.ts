/** Grants of files: `-v`, `--dir`, `--tmpfs`; `--mount` is in mount-csv.ts. */
import { shellWord } from "../base/shell.ts";
import { type GrantForm, grantInvalid, unknownWord } from "./grant-fault.ts";
import type { BindMount, Origin, TmpfsMount } from "./grants.ts";
import { parseGuestPath } from "./guest-path.ts";
import { TMPFS_SIZE_BYTES, TMPFS_SIZE_BYTES_MAX } from "./limits.ts";
import { parseSize } from "./quantity.ts";

/**
 * Docker's `-v HOST:GUEST[:ro|rw]`: a directory or file of the host.
 *
 * `C:\x:/data` is a Windows drive. A bare word as HOST is docker's name of a volume, which is not a
 * directory, and is refused as that.
 */
export function parseVolume(text: string, origin: Origin): BindMount {
	const { host, guest, mode } = splitBind(VOLUME, text);
	const readOnly = readOnlyOf(VOLUME, text, mode);
	const isName = host !== "" && !/[/\\.]/.test(host);
	const place = isName ? `./${host}` : host;
	if (guest === undefined) {
		const help = `-v ${shellWord(`${place}:${guessGuest(host)}:ro`)}`;
		throw grantInvalid(VOLUME, text, "the path inside the guest is missing", help);
	}
	const mount = bind(VOLUME, text, host, guest, readOnly, origin);
	if (!isName) return mount;
	const problem = `'${host}' is a volume's name in docker's words; named volumes come with the engine`;
	const help = `-v ${shellWord(`${place}:${mount.guest}${readOnly ? ":ro" : ""}`)}`;
	throw grantInvalid(VOLUME, text, problem, help);
}

/** Wasmtime's `--dir HOST[::GUEST]`, also as `HOST:GUEST[:ro|rw]`. Without GUEST it is HOST's own path. */
export function parseDir(text: string, origin: Origin): BindMount {
	const double = text.indexOf("::");
	if (double >= 0) {
		const [guest = "", mode, ...more] = text.slice(double + 2).split(":");
		if (more.length > 0) throw grantInvalid(DIR, text, "there are too many ':' in it");
		return bind(DIR, text, text.slice(0, double), guest, readOnlyOf(DIR, text, mode), origin);
	}
	const { host, guest, mode } = splitBind(DIR, text);
	const inside = guest ?? host;
	if (guest === undefined && (/(^|\/)\.\.(\/|$)/.test(host) || host.includes("\\")))
		throw grantInvalid(
			DIR,
			text,
			"such a path needs a name inside the guest",
			`--dir ${shellWord(`${host}::${guessGuest(host)}`)}`,
		);
	return bind(DIR, text, host, inside, readOnlyOf(DIR, text, mode), origin);
}

/** Docker's `--tmpfs GUEST[:size=64m,ro,...]`: an empty directory in memory, gone after the run. */
export function parseTmpfs(text: string, origin: Origin): TmpfsMount {
	const colon = text.indexOf(":");
	const guest = parseGuestPath(colon < 0 ? text : text.slice(0, colon));
	if (typeof guest !== "string") throw grantInvalid(TMPFS, text, guest.problem);
	let size_bytes = TMPFS_SIZE_BYTES;
	let readOnly = false;
	for (const option of colon < 0 ? [] : text.slice(colon + 1).split(",")) {
		if (option === "ro" || option === "rw") readOnly = option === "ro";
		else if (option.startsWith("size=")) size_bytes = tmpfsSize(TMPFS, text, option.slice("size=".length));
		else if (!TMPFS_NO_EFFECT.test(option))
			throw grantInvalid(TMPFS, text, unknownWord(option, TMPFS_OPTIONS, "an option of a tmpfs"));
	}
	return { type: "tmpfs", guest, size_bytes, readOnly, origin };
}

/** Bytes of a tmpfs's size, 1 to 64 GiB. */
export function tmpfsSize(form: GrantForm, text: string, size: string): number {
	const size_bytes = parseSize(size);
	if (size_bytes === undefined || size_bytes < 1)
		throw grantInvalid(form, text, `'${size}' is not a size such as 64m or 1g`);
	if (size_bytes > TMPFS_SIZE_BYTES_MAX)
		throw grantInvalid(form, text, "a tmpfs has at most 64g: it lives in memory");
	return size_bytes;
}

/** A mount of the host, its two paths checked. */
export function bind(
	form: GrantForm,
	text: string,
	host: string,
	guestText: string,
	readOnly: boolean,
	origin: Origin,
): BindMount {
	const problem = problemOfHost(host);
	if (problem !== undefined) throw grantInvalid(form, text, problem);
	const guest = parseGuestPath(guestText);
	if (typeof guest !== "string") throw grantInvalid(form, text, guest.problem);
	return { type: "bind", host, guest, readOnly, origin };
}

const VOLUME: GrantForm = {
	what: "a volume",
	form: "HOST:GUEST[:ro|rw]",
	example: "-v ./data:/data:ro",
};
const DIR: GrantForm = {
	what: "a directory grant",
	form: "HOST[::GUEST] or HOST:GUEST[:ro|rw]",
	example: "--dir ./data:/data:rw",
};
const TMPFS: GrantForm = {
	what: "a tmpfs",
	form: "GUEST[:size=SIZE,ro]",
	example: "--tmpfs /tmp:size=64m",
};

const HOST_LENGTH_MAX = 4095;
const TMPFS_OPTIONS = ["size=", "ro", "rw", "noexec", "nosuid", "nodev", "mode="];
/** True of every tmpfs here, or about owners and modes, which WASI does not have. */
const TMPFS_NO_EFFECT = /^(noexec|nosuid|nodev|noatime|(mode|uid|gid)=\d+)$/;
/** What docker takes after `HOST:GUEST:` that says nothing here: labels and caches of its own. */
const MODES_NO_EFFECT = new Set(["z", "Z", "cached", "consistent", "delegated", "nocopy"]);

interface BindWords {
	readonly host: string;
	readonly guest: string | undefined;
	readonly mode: string | undefined;
}

function splitBind(form: GrantForm, text: string): BindWords {
	const parts = splitAfterDrive(text);
	const [host = "", guest, mode, ...more] = parts;
	if (more.length > 0)
		throw grantInvalid(
			form,
			text,
			"there are too many ':' in it; a host path that holds one is written with --mount",
			"--mount type=bind,source=HOST,target=GUEST,readonly",
		);
	return { host, guest, mode };
}

/** Splits at each ':', but for that of a drive letter in front: `C:\x:/data`, `C:/x:/data`. */
function splitAfterDrive(text: string): string[] {
	const isDrive = /^[A-Za-z]:\\/.test(text) || /^[A-Za-z]:\/[^:]*:[/.]/.test(text);
	if (!isDrive) return text.split(":");
	const [first = "", ...rest] = text.slice(2).split(":");
	return [text.slice(0, 2) + first, ...rest];
}

function readOnlyOf(form: GrantForm, text: string, mode: string | undefined): boolean {
	let readOnly = false;
	for (const word of mode === undefined ? [] : mode.split(",")) {
		if (word === "ro" || word === "rw") readOnly = word === "ro";
		else if (!MODES_NO_EFFECT.has(word)) throw grantInvalid(form, text, `'${word}' is neither ro nor rw`);
	}
	return readOnly;
}

function problemOfHost(host: string): string | undefined {
	if (host === "") return "the host's path is empty";
	if (host.includes("\0")) return "a path cannot hold a NUL";
	if (host.length > HOST_LENGTH_MAX) return `a path has at most ${HOST_LENGTH_MAX} bytes`;
	if (host.startsWith("~")) return "the shell did not expand the '~'; write $HOME, or ./~ if it is a name";
	return undefined;
}

/** A name for the guest when the person gave none: the last part of the host's path. */
function guessGuest(host: string): string {
	const last = host.split(/[/\\]/).findLast((part) => part !== "" && part !== "." && part !== "..");
	return `/${last ?? "data"}`;
}
