/**
 * The ways out of test/escapes, tried by the same guest as a component: `jco new` puts the preview1 adapter before it, so
 * that each call arrives as one of WASI 0.2. The adapter knows descriptors of its own, whose table is left out here.
 */
import { suite, test } from "node:test";

import { type Attempt, matches, type Program, tryToEscape } from "../escapes/attempt.ts";
import { DOTS } from "../escapes/attempts/dots.ts";
import { HANDLES } from "../escapes/attempts/handles.ts";
import { LINKS } from "../escapes/attempts/links.ts";
import { MOUNTS } from "../escapes/attempts/mounts.ts";
import { PROC } from "../escapes/attempts/proc.ts";
import { PUBLISHED } from "../escapes/attempts/published.ts";
import { READ_ONLY } from "../escapes/attempts/readonly.ts";
import { SPECIAL } from "../escapes/attempts/special.ts";
import { guest } from "../support/wherry.ts";
import { adapted } from "./components.ts";

const TABLES: Readonly<Record<string, readonly Attempt[]>> = {
	"paths that lead out": DOTS,
	links: LINKS,
	handles: HANDLES,
	"read-only grants": READ_ONLY,
	"FIFOs, devices and sockets": SPECIAL,
	"/proc": PROC,
	"between and around grants": MOUNTS,
	published: PUBLISHED,
};

/** What the adapter makes impossible, and how. */
const LEFT_OUT: ReadonlyMap<string, string> = new Map([
	["bytes that are no UTF-8", "a path of a component is text: lifting it traps"],
	["writing through a file that was opened to read", "the adapter has no rights to widen"],
	["writing beneath a subdirectory's handle of a read-only grant", "the adapter has no rights to widen"],
]);

const program: Program = { file: await adapted(guest("bare/wasicall")), matches: refusedAlike };

for (const [title, attempts] of Object.entries(TABLES))
	suite(`${title}, by WASI 0.2`, { concurrency: 2 }, () => {
		for (const attempt of attempts)
			test(attempt.name, { skip: LEFT_OUT.get(attempt.name) ?? false }, () =>
				tryToEscape(attempt, "first", program),
			);
	});

/** What preview1 refuses is refused, if by another errno: 0.2 has fewer. What a socket is, is not told. */
function refusedAlike(answer: string, expected: string): boolean {
	if (matches(answer, expected.replace(/^SUCCESS stream\b/, "SUCCESS unknown"))) return true;
	return !answer.startsWith("SUCCESS") && !expected.startsWith("SUCCESS");
}
