import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { Code } from "../base/codes.ts";
import { Fault } from "../base/fault.ts";

/** The most that a file named by a flag may hold. */
const TEXT_BYTES_MAX = 1024 * 1024;

/** What is thrown where a file is missing, and where it is no file of text. */
export interface TextFileCodes {
	readonly missing: Code;
	readonly invalid: Code;
}

const OF_GRANTS: TextFileCodes = { missing: "GRANT_NOT_FOUND", invalid: "GRANT_INVALID" };

/**
 * The text of a file that a flag names, `-` for standard input; `what` is what it should be.
 *
 * @throws Fault `codes.missing`; `codes.invalid` for what is no file of text, or over 1 MiB
 */
export function readText(file: string, what: string, codes = OF_GRANTS): string {
	const bytes = readBounded(file, what, codes);
	if (bytes.length > TEXT_BYTES_MAX)
		throw new Fault(codes.invalid, `cannot read ${what} '${file}'`, { note: "it is larger than 1 MiB" });
	try {
		return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
	} catch (cause) {
		throw new Fault(codes.invalid, `cannot read ${what} '${file}'`, {
			note: "it is not UTF-8 text",
			cause,
		});
	}
}

/** At most one byte more than is allowed. */
function readBounded(file: string, what: string, codes: TextFileCodes): Uint8Array {
	let fd: number | undefined;
	try {
		fd = file === "-" ? 0 : openSync(file, "r");
		if (fstatSync(fd).isDirectory())
			throw new Fault(codes.invalid, `cannot read ${what} '${file}'`, { note: "it is a directory" });
		const bytes = new Uint8Array(TEXT_BYTES_MAX + 1);
		let length = 0;
		while (length < bytes.length) {
			const count = readSync(fd, bytes, length, bytes.length - length, null);
			if (count === 0) break;
			length += count;
		}
		return bytes.subarray(0, length);
	} catch (error) {
		throw error instanceof Fault ? error : unreadable(file, what, codes, error as NodeJS.ErrnoException);
	} finally {
		if (fd !== undefined && fd !== 0) closeSync(fd);
	}
}

function unreadable(file: string, what: string, codes: TextFileCodes, cause: NodeJS.ErrnoException): Fault {
	if (cause.code === "ENOENT")
		return new Fault(codes.missing, `cannot find ${what} '${file}'`, {
			cause,
			note: `looked in ${process.cwd()}`,
			help: "ls    to see what is there",
		});
	return new Fault(codes.invalid, `cannot read ${what} '${file}'`, { cause, note: cause.message });
}
