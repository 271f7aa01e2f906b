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

/** What the adapter makes impossible to try, and how. */
const LEFT_OUT: ReadonlySet<string> = new Set([
	// a path of a component is text: lifting it traps
	"bytes that are no UTF-8",
	// the adapter has no rights to widen
	"writing through a file that was opened to read",
	"writing beneath a subdirectory's handle of a read-only grant",
]);

const program: Program = { file: await adapted(guest("bare/wasicall")), matches: refusedAlike };

for (const [title, attempts] of Object.entries(TABLES))
	suite(`${title}, by WASI 0.2`, { concurrency: 2 }, () => {
		for (const attempt of attempts)
			if (!LEFT_OUT.has(attempt.name)) test(attempt.name, () => tryToEscape(attempt, "first", program));
	});

/** What preview1 refuses is refused, if by another errno: 0.2 has fewer. What a socket is, is not told. */
function refusedAlike(answer: string, expected: string): boolean {
	if (matches(answer, expected.replace(/^SUCCESS stream\b/, "SUCCESS unknown"))) return true;
	return !answer.startsWith("SUCCESS") && !expected.startsWith("SUCCESS");
}
