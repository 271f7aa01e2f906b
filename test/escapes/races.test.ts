/**
 * Races: a host process swaps a directory for a link while the guest goes through it, a few thousand
 * calls at a time. Each call must meet one or the other, never the outside. The second wall is down: it
 * would hide a hole in the first.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";

import { type Ended, guest, run } from "../support/wherry.ts";
import { holds, makeWorld, snapshot, usualGrants, type World } from "./world.ts";

interface Race {
	readonly name: string;
	/** Prepares, and says what the host swaps: two names that take turns at the place of a third. */
	readonly plant: (world: World) => readonly [first: string, second: string, place: string];
	/** What the guest does, again and again. */
	readonly statements: (turn: number) => readonly string[];
}

const TURNS = 1500;
const ROUNDS_MAX = 4;

/** `granted/swap` is a directory like those of the world, or a link to outside/. */
function swapDirectoryForLink(world: World): readonly [string, string, string] {
	const [directory, link, place] = ["directory", "link", "swap"].map((name) => world.path(`granted/${name}`));
	assert.ok(directory !== undefined && link !== undefined && place !== undefined);
	mkdirSync(directory);
	cpSync(world.path("granted/sub"), join(directory, "sub"), { recursive: true });
	cpSync(world.path("granted/file.txt"), join(directory, "file.txt"));
	symlinkSync("../outside", link);
	return [directory, link, place];
}

const RACES: readonly Race[] = [
	{
		name: "opening and reading a file in a directory that becomes a link",
		plant: swapDirectoryForLink,
		statements: () => ["f = path_open 3 follow swap/file.txt 0 read all 0", "fd_read $f 100", "fd_close $f"],
	},
	{
		name: "the same, two levels down",
		plant: swapDirectoryForLink,
		statements: () => ["f = path_open 3 0 swap/sub/inner.txt 0 read all 0", "fd_read $f 100", "fd_close $f"],
	},
	{
		name: "opening and listing a directory that becomes a link",
		plant: swapDirectoryForLink,
		statements: () => [
			"d = path_open 3 follow swap directory readdir all 0",
			"fd_readdir $d 4000 0",
			"fd_close $d",
		],
	},
	{
		name: "making files and directories in a directory that becomes a link",
		plant: swapDirectoryForLink,
		statements: (turn) => [
			`f = path_open 3 follow swap/new${turn} creat|trunc write all 0`,
			"fd_close $f",
			`path_create_directory 3 swap/made${turn}`,
			`path_symlink file.txt 3 swap/link${turn}`,
		],
	},
	{
		name: "truncating and touching a file in a directory that becomes a link",
		plant: swapDirectoryForLink,
		statements: () => [
			"f = path_open 3 follow swap/file.txt trunc write all 0",
			"fd_close $f",
			"path_filestat_set_times 3 follow swap/file.txt 1 1 atim|mtim",
			"path_filestat_set_times 3 follow swap/sub 1 1 atim|mtim",
		],
	},
	{
		name: "removing what only the outside has",
		plant: swapDirectoryForLink,
		statements: () => [
			"path_remove_directory 3 swap/empty",
			"path_rename 3 swap/empty 3 stolen",
			"path_link 3 0 swap/sub/inner.txt 3 stolen",
			"path_unlink_file 3 stolen",
		],
	},
	{
		name: "moving files into a directory that becomes a link",
		plant: swapDirectoryForLink,
		statements: (turn) => [
			`path_link 3 0 file.txt 3 swap/linked${turn}`,
			`path_rename 3 swap/linked${turn} 3 swap/renamed${turn}`,
		],
	},
	{
		name: "climbing with `..` out of a directory that is moved out of the grant",
		plant: (world) => {
			mkdirSync(world.path("aside"));
			cpSync(world.path("granted/empty"), world.path("granted/sub/outside"), { recursive: true });
			cpSync(world.path("granted/file.txt"), world.path("granted/sub/outside/file.txt"));
			return [world.path("granted/sub/deeper"), world.path("aside"), world.path("deeper")];
		},
		statements: () => [
			"f = path_open 3 follow sub/deeper/../outside/file.txt 0 read all 0",
			"fd_read $f 100",
			"fd_close $f",
			"path_filestat_get 3 follow sub/deeper/../outside/file.txt",
		],
	},
];

suite("races", () => {
	for (const race of RACES)
		test(race.name, async (context) => {
			const world = makeWorld();
			context.after(() => {
				world.remove();
			});
			const places = race.plant(world);
			const before = snapshot(world.path("outside"));
			const met = new Set<string>();
			for (let round = 0; round < ROUNDS_MAX && met.size < 2; round++) {
				const ended = await runAgainst(world, places, script(race, round));
				checkRound(world, ended);
				for (const outcome of outcomesOf(ended)) met.add(outcome);
			}
			assert.deepEqual(snapshot(world.path("outside")), before, "outside the grant something changed");
			if (met.size < 2) context.diagnostic(`the guest met only one side of the swap: ${[...met].join()}`);
		});
});

function script(race: Race, round: number): string {
	const lines = Array.from({ length: TURNS }, (_, turn) => race.statements(round * TURNS + turn)).flat();
	return `${lines.join("\n")}\n`;
}

async function runAgainst(world: World, places: readonly string[], statements: string): Promise<Ended> {
	const swapper = spawn(process.execPath, [join(import.meta.dirname, "swapper.ts"), ...places], {
		stdio: ["pipe", "pipe", "inherit"],
	});
	await once(swapper.stdout, "data");
	const ended = run(["run", "-i", "--isolation", "none", ...usualGrants(world), guest("bare/wasicall")], {
		stdin: statements,
	});
	swapper.stdin.end();
	const [status] = (await once(swapper, "exit")) as [number | null];
	assert.equal(status, 0, "the swapper failed");
	return ended;
}

function checkRound(world: World, ended: Ended): void {
	assert.equal(ended.status, 0, ended.stderr);
	const printed = ended.stdout.toString("latin1") + ended.stderr;
	for (const secret of [world.secret, world.secretName]) {
		assert.ok(!printed.includes(secret), "a secret was printed");
		assert.ok(!holds(world.path("granted"), secret), "a secret was carried into the grant");
	}
}

/** Success and the kinds of refusal; EBADF only follows from an opening that was refused. */
function outcomesOf(ended: Ended): string[] {
	const answers = ended.stdout.toString("latin1").match(/ = (SUCCESS|E\w+)/g) ?? [];
	return [...new Set(answers)].filter((answer) => answer !== " = EBADF");
}
