/**
 * Ways out of the granted directories, each tried by a guest that makes raw calls in a real
 * `wherry run`. What an attempt is held to stands in attempt.ts; the tables are in attempts/.
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";

import { type Attempt, tryToEscape, type Walls } from "./attempt.ts";
import { DESCRIPTORS } from "./attempts/descriptors.ts";
import { DOTS } from "./attempts/dots.ts";
import { HANDLES } from "./attempts/handles.ts";
import { LINKS } from "./attempts/links.ts";
import { MOUNTS } from "./attempts/mounts.ts";
import { PROC } from "./attempts/proc.ts";
import { PUBLISHED } from "./attempts/published.ts";
import { READ_ONLY } from "./attempts/readonly.ts";
import { SPECIAL } from "./attempts/special.ts";

const TABLES: Readonly<Record<string, readonly Attempt[]>> = {
	"paths that lead out": DOTS,
	links: LINKS,
	handles: HANDLES,
	"read-only grants": READ_ONLY,
	"FIFOs, devices and sockets": SPECIAL,
	"/proc": PROC,
	descriptors: DESCRIPTORS,
	"between and around grants": MOUNTS,
	published: PUBLISHED,
};

/** Where the second wall stands, it would hide a hole in the first. */
const WALLS: Readonly<Record<string, Walls>> = { "the first wall alone": "first", "both walls": "both" };

for (const [which, walls] of Object.entries(WALLS))
	for (const [title, attempts] of Object.entries(TABLES))
		suite(`${title}, against ${which}`, { concurrency: 2 }, () => {
			for (const attempt of attempts) test(attempt.name, () => tryToEscape(attempt, walls));
		});

suite("the harness sees an escape", () => {
	test("when the secret is granted, reading it fails the attempt", async () => {
		const reads: Attempt = {
			name: "reads the secret",
			grants: (world) => ["-v", `${world.root}:/g`],
			steps: [
				["f = path_open 3 follow outside/file.txt 0 read all 0", "SUCCESS"],
				["fd_read $f 100", "SUCCESS"],
			],
		};
		await assert.rejects(tryToEscape(reads, "both"), /a secret was printed/);
	});

	test("when outside is granted, each change of it fails the attempt", async () => {
		const changes = [
			"path_open 3 follow outside/new creat write all 0",
			"path_open 3 follow outside/file.txt trunc write all 0",
			"path_filestat_set_times 3 follow outside/file.txt 1 1 mtim",
			"path_unlink_file 3 outside/file.txt",
			"path_remove_directory 3 outside/empty",
			"path_link 3 0 outside/file.txt 3 stolen",
			"path_rename 3 readonly/file.txt 3 stolen",
		];
		for (const statement of changes) {
			const attempt: Attempt = {
				name: statement,
				grants: (world) => ["-v", `${world.root}:/g`],
				steps: [[statement, "SUCCESS"]],
			};
			await assert.rejects(tryToEscape(attempt, "both"), /outside the grants something changed/, statement);
		}
	});

	test("when the guest lists outside, the attempt fails", async () => {
		const lists: Attempt = {
			name: "lists outside",
			grants: (world) => ["-v", `${world.path("outside")}:/g`],
			steps: [["fd_readdir 3 4000 0", "SUCCESS"]],
		};
		await assert.rejects(tryToEscape(lists, "both"), /a secret was printed/);
	});
});
