import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";

import { type Attempt, all, everyCall, g, open, stat } from "../attempt.ts";
import type { World } from "../world.ts";

/** The host swaps the granted directory itself for a link; the guest's descriptor must not notice. */
function swapGrantForLink(world: World): void {
	renameSync(world.path("granted"), world.path("granted.old"));
	symlinkSync(world.path("outside"), world.path("granted"));
}

function swapGrantBack(world: World): void {
	rmSync(world.path("granted"));
	renameSync(world.path("granted.old"), world.path("granted"));
}

const openSub = `d = ${open(g, "sub", "directory")}`;
const openDeeper = `d = ${open(g, "sub/deeper", "directory")}`;

/** A directory handle stays the directory it was, whatever becomes of its name. */
export const HANDLES: readonly Attempt[] = [
	{
		name: "the guest replaces an open directory by a link to `..`",
		steps: [
			[openDeeper, "SUCCESS"],
			[`path_rename ${g} sub/deeper ${g} sub/away`, "SUCCESS"],
			[`path_symlink .. ${g} sub/deeper`, "SUCCESS"],
			...all([open("$d", "inner.txt"), stat("$d", "inner.txt")], "ENOENT"),
			...all(
				[open("$d", ".."), open("$d", "../inner.txt"), open("$d", "../../../outside/file.txt")],
				"ENOTCAPABLE",
			),
			[open("$d", "new", "creat", "write"), "SUCCESS"],
			[stat(g, "sub/away/new"), "SUCCESS file"],
			[stat(g, "sub/new"), "ENOENT"],
		],
	},
	{
		name: "the guest replaces an open directory by a link out of the grant",
		steps: [
			[openSub, "SUCCESS"],
			[`path_rename ${g} sub ${g} away`, "SUCCESS"],
			[`path_symlink ../outside ${g} sub`, "SUCCESS|ENOTCAPABLE"],
			[open("$d", "new", "creat", "write"), "SUCCESS"],
			[`f = ${open("$d", "inner.txt")}`, "SUCCESS"],
			["fd_read $f 100", 'SUCCESS "inside%0a"'],
			["path_unlink_file $d inner.txt", "SUCCESS"],
			["path_create_directory $d made", "SUCCESS"],
			["path_remove_directory $d made", "SUCCESS"],
			["path_unlink_file $d not-there", "ENOENT"],
			[stat(g, "away/new"), "SUCCESS file"],
		],
	},
	{
		name: "the host replaces an open directory by a link out of the grant",
		steps: [
			[openSub, "SUCCESS"],
			(world) => {
				renameSync(world.path("granted/sub"), world.path("granted/away"));
				symlinkSync(world.path("outside"), world.path("granted/sub"));
			},
			[`f = ${open("$d", "inner.txt")}`, "SUCCESS"],
			["fd_read $f 100", 'SUCCESS "inside%0a"'],
			[open("$d", "file.txt"), "ENOENT"],
			...all(everyCall(g, "sub/file.txt"), "ENOTCAPABLE"),
			[open("$d", "new", "creat", "write"), "SUCCESS"],
			[stat(g, "away/new"), "SUCCESS file"],
		],
	},
	{
		name: "the host replaces an open directory by another directory",
		steps: [
			[openSub, "SUCCESS"],
			(world) => {
				renameSync(world.path("granted/sub"), world.path("granted/away"));
				mkdirSync(world.path("granted/sub"));
				writeFileSync(world.path("granted/sub/other.txt"), "other");
			},
			[stat("$d", "inner.txt"), "SUCCESS file"],
			[stat("$d", "other.txt"), "ENOENT"],
			[stat(g, "sub/other.txt"), "SUCCESS file"],
		],
	},
	{
		name: "the host moves an open directory out of the grant",
		steps: [
			[openDeeper, "SUCCESS"],
			(world) => {
				renameSync(world.path("granted/sub/deeper"), world.path("moved"));
			},
			...all([open("$d", ".."), open("$d", "../outside/file.txt"), stat("$d", "../outside")], "ENOTCAPABLE"),
			[open("$d", "../../outside/file.txt"), "ENOTCAPABLE"],
			[stat(g, "sub/deeper"), "ENOENT"],
		],
	},
	{
		name: "the host replaces the granted directory itself by a link",
		steps: [
			// once the guest runs, its grants are open
			[stat(g, "file.txt"), "SUCCESS file"],
			swapGrantForLink,
			[`f = ${open(g, "file.txt")}`, "SUCCESS"],
			["fd_read $f 100", 'SUCCESS "inside%0a"'],
			[open(g, "new", "creat", "write"), "SUCCESS"],
			[open(g, "../outside/file.txt"), "ENOTCAPABLE"],
			swapGrantBack,
			[stat(g, "new"), "SUCCESS file"],
		],
	},
	{
		name: "the host removes an open directory",
		steps: [
			[openDeeper, "SUCCESS"],
			[`path_remove_directory ${g} sub/deeper`, "SUCCESS"],
			[open("$d", "new", "creat", "write"), "ENOENT"],
			["path_create_directory $d new", "ENOENT"],
			...all([open("$d", ".."), open("$d", "../inner.txt")], "ENOTCAPABLE|ENOENT"),
			[stat(g, "sub/deeper"), "ENOENT"],
		],
	},
	{
		name: "a new directory takes the name of a removed one",
		steps: [
			[openDeeper, "SUCCESS"],
			[`path_remove_directory ${g} sub/deeper`, "SUCCESS"],
			[`path_create_directory ${g} sub/deeper`, "SUCCESS"],
			[open("$d", "new", "creat", "write"), "ENOENT"],
			[stat(g, "sub/deeper/new"), "ENOENT"],
		],
	},
	{
		name: "an open file whose name becomes a link",
		steps: [
			[`f = ${open(g, "file.txt", "0", "read|write")}`, "SUCCESS"],
			(world) => {
				rmSync(world.path("granted/file.txt"));
				symlinkSync(world.path("outside/file.txt"), world.path("granted/file.txt"));
			},
			["fd_read $f 100", 'SUCCESS "inside%0a"'],
			["fd_write $f more", "SUCCESS 4"],
			["fd_filestat_set_size $f 0", "SUCCESS"],
			["fd_filestat_set_times $f 1 1 atim|mtim", "SUCCESS"],
			...all(
				[open(g, "file.txt"), open(g, "file.txt", "trunc", "write"), stat(g, "file.txt")],
				"ENOTCAPABLE",
			),
		],
	},
	{
		name: "a listing goes on while the directory's name becomes a link",
		steps: [
			[`d = ${open(g, "sub", "directory", "readdir")}`, "SUCCESS"],
			["fd_readdir $d 4000 0", "SUCCESS"],
			(world) => {
				renameSync(world.path("granted/sub"), world.path("granted/away"));
				symlinkSync(world.path("outside"), world.path("granted/sub"));
			},
			["fd_readdir $d 4000 0", "SUCCESS"],
			[`e = ${open(g, "sub", "directory", "readdir")}`, "ENOTCAPABLE"],
			["fd_readdir $e 4000 0", "EBADF"],
		],
	},
	{
		name: "the handle of a directory is none of a link put in its parent's place",
		steps: [
			[openDeeper, "SUCCESS"],
			(world) => {
				renameSync(world.path("granted/sub"), world.path("granted/away"));
				symlinkSync(world.path("outside/sub"), world.path("granted/sub"));
			},
			[open("$d", "new", "creat", "write"), "SUCCESS"],
			[stat(g, "away/deeper/new"), "SUCCESS file"],
			...all(everyCall(g, "sub/deeper"), "ENOTCAPABLE"),
		],
	},
];
