import assert from "node:assert/strict";

import { type Conversation, converse } from "../support/conversation.ts";
import { guest } from "../support/wherry.ts";
import { holds, makeWorld, snapshot, usualGrants, type World } from "./world.ts";

/** What the host does between two calls of the guest. */
type HostAct = (world: World) => void;

/**
 * A call and what it must answer: an errno, several that will do (`"ENOENT|ENOTDIR"`), the start of
 * a success (`"SUCCESS file"`), "refused": any errno but success, or "any". Listings are told sorted.
 */
export type Call = readonly [statement: string, answer: string];

/** One way out of the grants, tried by a real guest in a real `wherry run`. */
export interface Attempt {
	readonly name: string;
	/** Instead of `usualGrants`. */
	readonly grants?: (world: World) => string[];
	/** What stands on the host's disk before the guest begins. */
	readonly plant?: HostAct;
	/** `{W}` in a statement stands for the world's root. */
	readonly steps: readonly (Call | HostAct)[];
	/** What else must hold afterwards. */
	readonly after?: HostAct;
}

/** "first": our own resolution of paths alone. "both": the kernel's confinement behind it as well. */
export type Walls = "first" | "both";

/** The guest that tries, and what its answers are held to. */
export interface Program {
	readonly file: string;
	readonly matches: (answer: string, expected: string) => boolean;
}

/**
 * Runs one attempt in a world of its own, and holds it to three things: each call answered as the
 * table says; the secret was neither printed nor carried into a granted directory; outside the grants
 * that may be written, nothing was made, changed, touched or removed.
 */
export async function tryToEscape(
	attempt: Attempt,
	walls: Walls,
	{ file, matches: isRight }: Program = MODULE,
): Promise<void> {
	const world = makeWorld();
	try {
		attempt.plant?.(world);
		const before = keptParts(world);
		const told = await converse(
			["--isolation", walls === "both" ? "auto" : "none", ...(attempt.grants ?? usualGrants)(world)],
			attempt.steps.map((step) => toStep(step, world)),
			file,
		);
		checkAnswers(attempt, told, isRight);
		checkNothingLeaked(world, told);
		assert.deepEqual(keptParts(world), before, "outside the grants something changed");
		attempt.after?.(world);
	} finally {
		world.remove();
	}
}

const MODULE: Program = { file: guest("bare/wasicall"), matches };

function keptParts(world: World): string[] {
	return ["outside", "readonly"].flatMap((part) => snapshot(world.path(part)));
}

function toStep(step: Call | HostAct, world: World): string | (() => void) {
	if (typeof step !== "function") return step[0].replaceAll("{W}", world.root);
	return () => {
		step(world);
	};
}

function checkAnswers(attempt: Attempt, told: Conversation, isRight: Program["matches"]): void {
	const calls = attempt.steps.filter((step): step is Call => typeof step !== "function");
	for (const [index, [statement, expected]] of calls.entries()) {
		const answer = told.answers[index];
		const text = `${statement}\n   answered ${answer}\n   expected ${expected}\n${told.stderr}`;
		assert.ok(answer !== undefined && isRight(sortListing(answer.replace(/^\w+ = /, "")), expected), text);
	}
	assert.equal(told.signal, null, `ended by ${told.signal}`);
	assert.equal(told.status, 0, told.stderr);
}

function sortListing(answer: string): string {
	return answer.replace(/\[(.*)\]/, (_, entries: string) => `[${entries.split(" ").sort().join(" ")}]`);
}

/** Whether an answer of preview1 is what a table expects. */
export function matches(answer: string, expected: string): boolean {
	if (expected === "refused") return !answer.startsWith("SUCCESS");
	return (
		expected === "any" || expected.split("|").some((one) => answer === one || answer.startsWith(`${one} `))
	);
}

function checkNothingLeaked(world: World, told: Conversation): void {
	const printed = told.stdout.toString("latin1") + told.stderr;
	for (const secret of [world.secret, world.secretName]) {
		assert.ok(!printed.includes(secret), "a secret was printed");
		for (const part of ["granted", "readonly"])
			assert.ok(!holds(world.path(part), secret), `a secret was carried into ${part}`);
	}
}

// Statements of wasicall, shortened. `g` is the descriptor of /g, `ro` of /ro, `root` of the virtual root.

export const g = 3;
export const ro = 4;
export const root = 5;

export function open(at: number | string, path: string, flags = "0", rights = "read"): string {
	return `path_open ${at} follow ${path} ${flags} ${rights} all 0`;
}

export function openNoFollow(at: number | string, path: string, flags = "0", rights = "read"): string {
	return `path_open ${at} 0 ${path} ${flags} ${rights} all 0`;
}

export function stat(at: number | string, path: string): string {
	return `path_filestat_get ${at} follow ${path}`;
}

/** All that can be done to or through one path that must not be reached: each must be refused. */
export function everyCall(at: number, path: string): string[] {
	return [
		open(at, path),
		openNoFollow(at, path),
		open(at, path, "directory"),
		open(at, path, "0", "write"),
		open(at, path, "creat", "read|write"),
		open(at, path, "creat|excl", "read|write"),
		open(at, path, "trunc", "read|write"),
		stat(at, path),
		`path_filestat_get ${at} 0 ${path}`,
		`path_filestat_set_times ${at} follow ${path} 1 1 atim|mtim`,
		`path_filestat_set_times ${at} 0 ${path} 1 1 atim|mtim`,
		`path_create_directory ${at} ${path}`,
		`path_remove_directory ${at} ${path}`,
		`path_unlink_file ${at} ${path}`,
		`path_readlink ${at} ${path} 4000`,
		`path_link ${at} follow ${path} ${g} stolen`,
		`path_link ${at} 0 ${path} ${g} stolen`,
		`path_link ${g} 0 file.txt ${at} ${path}`,
		`path_rename ${at} ${path} ${g} stolen`,
		`path_rename ${g} file.txt ${at} ${path}`,
		`path_symlink file.txt ${at} ${path}`,
	];
}

/** Each statement with the same answer. */
export function all(statements: readonly string[], answer: string): Call[] {
	return statements.map((statement) => [statement, answer]);
}
