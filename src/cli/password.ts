import { readFileSync, writeSync } from "node:fs";
import { Fault } from "../base/fault.ts";

/** What is read from standard input at most: a password, or a token. */
const PASSWORD_BYTES_MAX = 64 * 1024;

/**
 * All of standard input without the end of its last line, for --password-stdin.
 *
 * @throws Fault USAGE when there is nothing, or more than a password
 */
export function passwordFromStdin(): string {
	const bytes = readFileSync(0);
	const password = bytes.toString("utf8").replace(/\r?\n$/, "");
	if (password !== "" && bytes.length <= PASSWORD_BYTES_MAX) return password;
	throw new Fault("USAGE", "cannot take the password from standard input", {
		note: password === "" ? "nothing came" : `more than ${PASSWORD_BYTES_MAX} bytes came`,
		help: 'printf %s "$PASSWORD" | wherry ... --password-stdin',
	});
}

/**
 * Asks on the terminal, and shows nothing of what is typed.
 *
 * @param help what to type where there is no terminal
 * @throws Fault USAGE without a terminal; ends the process as Ctrl-C does
 */
export async function askPassword(question: string, help: readonly string[]): Promise<string> {
	const { stdin } = process;
	if (!stdin.isTTY)
		throw new Fault("USAGE", "cannot ask for the password", { note: "standard input is no terminal", help });
	// before the question: who types at once must not see it either
	stdin.setRawMode(true);
	try {
		writeSync(2, `${question}: `);
		return await typedLine(stdin);
	} finally {
		stdin.setRawMode(false);
		stdin.pause();
		writeSync(2, "\n");
	}
}

const INTERRUPTED_STATUS = 130;

async function typedLine(stdin: NodeJS.ReadStream): Promise<string> {
	const typed: string[] = [];
	stdin.setEncoding("utf8");
	// for await would destroy the stream at its end, and a second question come to nothing
	return new Promise((resolve) => {
		function take(text: string): void {
			for (const key of text)
				if (key === "\r" || key === "\n" || key === "\u0004") {
					stdin.off("data", take);
					return resolve(typed.join(""));
				} else if (key === "\u0003") interrupt(stdin);
				else if (key === "\u007f" || key === "\b") typed.pop();
				else typed.push(key);
		}
		stdin.on("data", take);
		// whoever asked before may have paused it: nothing would come, and the process end in silence
		stdin.resume();
	});
}

function interrupt(stdin: NodeJS.ReadStream): never {
	stdin.setRawMode(false);
	process.exit(INTERRUPTED_STATUS);
}
