import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Attempt, all, type Call, g, open, openNoFollow, stat } from "../attempt.ts";
import type { World } from "../world.ts";

function makeFifo(world: World): void {
	execFileSync("mkfifo", [world.path("granted/special")]);
}

/** A device needs root; the table is read before anything is planted, so this is known then. */
const mayMakeDevices = process.getuid?.() === 0 && canMakeNode();

function canMakeNode(): boolean {
	const folder = mkdtempSync(join(tmpdir(), "wherry-mknod-"));
	try {
		execFileSync("mknod", [join(folder, "null"), "c", "1", "3"], { stdio: "ignore" });
		closeSync(openSync(join(folder, "null"), "w"));
		return true;
	} catch {
		return false;
	} finally {
		rmSync(folder, { recursive: true });
	}
}

function makeDevice(major: number, minor: number): (world: World) => void {
	return (world) => {
		execFileSync("mknod", [world.path("granted/special"), "c", String(major), String(minor)]);
	};
}

/** A server that is killed leaves its socket behind. */
function makeSocket(world: World): void {
	const program = `require("net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))`;
	spawnSync(process.execPath, ["-e", program, world.path("granted/special")]);
}

/** It may be examined, renamed and removed, but not opened, and nothing waits for its other end. */
function cannotBeOpened(type: string): Call[] {
	return [
		...["0", "creat", "trunc", "creat|trunc"].flatMap((flags) =>
			["read", "write", "read|write"].flatMap((rights) =>
				all([open(g, "special", flags, rights), openNoFollow(g, "special", flags, rights)], "ENOTCAPABLE"),
			),
		),
		[`path_open ${g} follow special 0 read all nonblock`, "ENOTCAPABLE"],
		[`path_open ${g} follow special 0 write all nonblock|append`, "ENOTCAPABLE"],
		[open(g, "special", "directory"), "ENOTDIR|ENOTCAPABLE"],
		[open(g, "special", "creat|excl", "write"), "EEXIST"],
		[open(g, "special/x"), "ENOTDIR"],
		[open(g, "special/../file.txt"), "ENOTDIR"],
		[stat(g, "special"), `SUCCESS ${type}`],
		[`path_filestat_set_times ${g} follow special 1 1 atim|mtim`, "any"],
		// the second wall lets nobody make such a file, and to it a rename is the making of one
		[`path_rename ${g} special ${g} moved`, "SUCCESS|EACCES"],
		[`path_symlink file.txt ${g} special`, "EEXIST|SUCCESS"],
		[`path_unlink_file ${g} special`, "SUCCESS"],
	];
}

const devices: readonly Attempt[] = mayMakeDevices
	? [
			{ name: "a device: /dev/null", plant: makeDevice(1, 3), steps: cannotBeOpened("character") },
			{ name: "a device: /dev/zero", plant: makeDevice(1, 5), steps: cannotBeOpened("character") },
			{ name: "a device: the terminal", plant: makeDevice(5, 0), steps: cannotBeOpened("character") },
		]
	: [];

export const SPECIAL: readonly Attempt[] = [
	{ name: "a FIFO with nobody at its other end", plant: makeFifo, steps: cannotBeOpened("unknown") },
	{
		name: "a link to a FIFO",
		plant: (world) => {
			makeFifo(world);
			symlinkSync("special", world.path("granted/link"));
		},
		steps: all(
			[open(g, "link"), open(g, "link", "0", "write"), open(g, "link", "creat", "write")],
			"ENOTCAPABLE",
		),
	},
	{
		name: "a FIFO that takes the place of a file between two calls",
		steps: [
			[stat(g, "file.txt"), "SUCCESS file"],
			(world) => {
				rmSync(world.path("granted/file.txt"));
				execFileSync("mkfifo", [world.path("granted/file.txt")]);
			},
			...all(
				[open(g, "file.txt"), open(g, "file.txt", "0", "write"), open(g, "file.txt", "trunc")],
				"ENOTCAPABLE",
			),
		],
	},
	{
		name: "a FIFO that a host process holds open",
		plant: (world) => {
			makeFifo(world);
			closeSync(openSync(world.path("granted/special"), constants.O_RDWR | constants.O_NONBLOCK));
		},
		steps: cannotBeOpened("unknown"),
	},
	{ name: "a Unix socket", plant: makeSocket, steps: cannotBeOpened("stream") },
	...devices,
	{
		name: "devices under a grant of /dev",
		grants: () => ["-v", "/dev:/dev"],
		steps: all(
			["null", "zero", "tty", "full", "random", "urandom", "ptmx", "stdin", "fd/0", "fd/1", "pts/0"].flatMap(
				(path) => [open(g, path), open(g, path, "0", "write"), open(g, path, "creat", "write")],
			),
			"refused",
		),
	},
];
