/** What a person is told when something was learnt. */
import { statSync } from "node:fs";
import { Fault } from "../../base/fault.ts";
import { shellWord } from "../../base/shell.ts";
import type { Denial } from "../../capability/denial.ts";
import { commentText } from "../../capability/policy-print.ts";
import { denialFault, tellingDenials } from "../../capability/suggest.ts";
import { namesImage } from "../image-words.ts";
import { printFault, printNote } from "../print.ts";
import type { RunOptions } from "../run-options.ts";
import type { Use } from "./use.ts";
import type { LearnAsked } from "./learn-wishes.ts";
import type { Written } from "./learnt-policy.ts";

const TOLD_MAX = 8;

/** That it was written, and what to look at in it. */
export function tellWritten(
	file: string,
	uses: readonly Use[],
	{ isNew, isExposed, whole, closed }: Written,
	{ grants: { env } }: RunOptions,
): void {
	printNote(
		isNew ? `wrote '${file}': read it before you trust it` : `'${file}' covers what the program used already`,
	);
	if (uses.some(({ type }) => type === "full"))
		printNote("the program used more different things than are kept: the policy may not be enough");
	if (whole !== undefined)
		printNote(
			`by it the program may write all that is at '/': ${commentText(whole)}; what you make before needs no such grant`,
		);
	for (const place of closed.slice(0, TOLD_MAX))
		printNote(`the program wrote to what stays read-only: ${place}; by this policy it may not`);
	if (isExposed)
		printNote(`by it the program may write '${file}' itself: keep the policy where it writes nothing`);
	const given = [...env].filter(([name, value]) => process.env[name] !== value).map(([name]) => `'${name}'`);
	if (isNew && given.length > 0 && uses.some(({ type }) => type === "env"))
		printNote(
			`the policy takes ${given.slice(0, TOLD_MAX).join(", ")} from the environment: values that were given are not written`,
		);
	if (isNew && uses.some(({ type }) => type === "config"))
		printNote("the values of --config are in it: mind secrets");
}

/** What it asked for and may not learn, with the flag that would allow it. */
export function tellRefused(uses: readonly Use[], options: RunOptions, asked: LearnAsked): void {
	const denials = uses.flatMap((use) => (use.type === "denied" ? [use.denial] : []));
	const faults = [
		...tellingDenials(denials, lookUp).map((denial) => refusal(denial, options, asked)),
		...uses.flatMap((use) => (use.type === "outside" ? [outside(use.path)] : [])),
	];
	const told = new Set<string>();
	for (const fault of faults) {
		// what one flag would allow is told once
		const key = fault.helps.length > 0 ? fault.helps.join() : fault.message;
		if (told.has(key) || told.size >= TOLD_MAX) continue;
		told.add(key);
		printFault(fault, options.format, false);
	}
	const usedFiles = uses.some(({ type }) => type === "path");
	if (asked.from.length === 0 && namesImage(options.file) && !usedFiles)
		printNote(
			"no files were learnt: the files of an image hide the working directory; --learn-from HOST:GUEST names what is beside them",
		);
}

function refusal(denial: Denial, { grants }: RunOptions, asked: LearnAsked): Fault {
	const fault = denialFault(denial, grants, lookUp);
	const help = fault.helps.map((word) => learnHelp(word, asked));
	const note = [...fault.notes, "it was not learnt"];
	return new Fault(fault.code, fault.message, { note, help });
}

/** What is granted is learnt where it is used; beside directories that are named to learn from, it is one more of them. */
function learnHelp(help: string, { from }: LearnAsked): string {
	const net = help.replace(/^--net (?!listen=|bind=)/, "--learn-net ");
	return from.length === 0 ? net : net.replace(/^--dir(?= )/, "--learn-from");
}

/** The program meant the host's path, and found what stands at "/" for it. */
function outside(path: string): Fault {
	const note = "the program's '/' is what it may be learnt of, and has no such path; this machine has";
	return new Fault("NOT_GRANTED", `guest did not find '${commentText(path)}'`, {
		note,
		help:
			/[:,"]/.test(path) || commentText(path) !== path
				? undefined
				: `--dir ${shellWord(`${path}:${path}:ro`)}    if that is meant`,
	});
}

function lookUp(path: string): "file" | "directory" | "missing" {
	try {
		return statSync(path).isDirectory() ? "directory" : "file";
	} catch {
		return "missing";
	}
}
