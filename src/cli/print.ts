/** What wherry itself says: results on standard output, errors and notes on standard error. */
import { fstatSync, writeSync } from "node:fs";
import { CONTROLS, Fault, formatFault, printable } from "../base/fault.ts";
import type { Format } from "./run-options.ts";

/**
 * Writes a result. Ends the process as SIGPIPE does when nobody reads it any more. Controls of terminals,
 * which labels, names and annotations of others may hold, are escaped so that JSON keeps its meaning.
 *
 * @throws Fault OUTPUT_UNWRITABLE
 */
export function printResult(text: string): void {
	try {
		writeAll(1, escaped(text));
	} catch (cause) {
		throw new Fault("OUTPUT_UNWRITABLE", "cannot write the result to standard output", {
			note: `the system says: ${(cause as Error).message}`,
			help: "df -h    shows which disks are full",
			cause,
		});
	}
}

/** Writes what is true and may surprise. */
export function printNote(text: string): void {
	writeAll(2, `note: ${printable(text)}\n`);
}

/** Writes a line of a log on standard error. */
export function printLog(line: string): void {
	writeAll(2, `${printable(line)}\n`);
}

/** Writes a line that a guest logs, controls of terminals escaped as JSON does. */
export function printLogged(line: string): void {
	writeAll(2, `${escaped(line)}\n`);
}

/** Writes the error, as lines for people or as one JSON object; `stack` adds a stack trace. */
export function printFault(fault: Fault, format: Format, stack: boolean): void {
	writeAll(2, faultText(fault, format));
	if (stack && format === "text") writeAll(2, `${printable(stackOf(fault))}\n`);
}

/** The error as it is to stand on standard error. */
export function faultText(fault: Fault, format: Format): string {
	if (format === "json") return `${escaped(JSON.stringify(faultObject(fault)))}\n`;
	const text = formatFault(fault);
	return wantsColour(2) ? coloured(text) : text;
}

/** As JSON escapes them: it does so itself below U+0020 alone. */
function escaped(text: string): string {
	return text.replaceAll(
		CONTROLS,
		(character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
	);
}

/** Whether text on this descriptor may be coloured: a terminal that can, and no NO_COLOR. */
export function wantsColour(fd: number): boolean {
	const { NO_COLOR, TERM } = process.env;
	if ((NO_COLOR !== undefined && NO_COLOR !== "") || TERM === "dumb") return false;
	// node:tty brings node:net with it, 4 ms: only for what may be a terminal
	return fstatSync(fd).isCharacterDevice() && process.getBuiltinModule("node:tty").isatty(fd);
}

function faultObject({ code, message, notes, helps }: Fault): object {
	return { code, message, note: notes, help: helps };
}

function coloured(text: string): string {
	return text
		.replace(/^error:/m, "\u001b[1;31merror:\u001b[0m")
		.replace(/^note:/gm, "\u001b[1mnote:\u001b[0m")
		.replace(/^help:/gm, "\u001b[1;36mhelp:\u001b[0m");
}

function stackOf(error: Error): string {
	const own = error.stack ?? String(error);
	return error.cause instanceof Error ? `${own}\ncaused by: ${stackOf(error.cause)}` : own;
}

const CLOSED_PIPE_STATUS = 141;

function writeAll(fd: number, text: string): void {
	const bytes = Buffer.from(text);
	for (let at = 0; at < bytes.length;) {
		try {
			at += writeSync(fd, bytes, at);
		} catch (error) {
			const { code } = error as NodeJS.ErrnoException;
			if (code === "EPIPE") process.exit(CLOSED_PIPE_STATUS);
			if (code !== "EAGAIN") throw error;
			// a pipe that someone made non-blocking, and full: wait a little
			Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
		}
	}
}
