import { readFileSync } from "node:fs";
import assert from "node:assert/strict";

import { type Attempt, all, type Call, everyCall, g, open, ro, root, stat } from "../attempt.ts";
import type { World } from "../world.ts";

const grantFile = (world: World) => ["-v", `${world.path("granted/file.txt")}:/in/a.txt:ro`];
const grantFileToWrite = (world: World) => ["-v", `${world.path("granted/file.txt")}:/in/a.txt`];
const NO_CHANGE = "EROFS|ENOTCAPABLE|EPERM|EACCES|EBUSY|EXDEV|ENOTDIR|EISDIR|EEXIST|EINVAL";

/** Every change of the names at a mount point itself. */
function changesOf(at: number, name: string): Call[] {
	return all(
		[
			`path_unlink_file ${at} ${name}`,
			`path_remove_directory ${at} ${name}`,
			`path_rename ${at} ${name} ${at} other`,
			`path_symlink ../outside ${at} ${name}`,
			`path_create_directory ${at} ${name}`,
		],
		NO_CHANGE,
	);
}

/** Ways between and around the granted places. */
export const MOUNTS: readonly Attempt[] = [
	{
		name: "names beside a single granted file",
		grants: grantFile,
		steps: [
			[`f = ${open(3, "a.txt")}`, "SUCCESS"],
			["fd_read $f 100", 'SUCCESS "inside%0a"'],
			...all(
				["file.txt", "sub", "sub/inner.txt", "b.txt"].map((path) => open(3, path)),
				"ENOTCAPABLE|ENOENT",
			),
			...["..", "../", "../outside/file.txt", "../granted/file.txt", "../in/../outside/file.txt"].flatMap(
				(path) => all(everyCall(3, path), "ENOTCAPABLE"),
			),
			...all([open(3, "a.txt/.."), open(3, "a.txt/../file.txt"), open(3, "a.txt/x")], "ENOTDIR|ENOTCAPABLE"),
			[`d = ${open(3, ".", "directory", "readdir")}`, "SUCCESS"],
			["fd_readdir $d 4000 0", 'SUCCESS [".":directory "..":directory "a.txt":file]'],
		],
	},
	{
		name: "changing a file that was granted to read",
		grants: grantFile,
		steps: [
			...all(
				[
					open(3, "a.txt", "0", "write"),
					open(3, "a.txt", "trunc"),
					open(3, "a.txt", "creat|trunc", "write"),
					open(3, "new", "creat", "write"),
					"path_filestat_set_times 3 follow a.txt 1 1 mtim",
					"path_create_directory 3 new",
					"path_rename 3 a.txt 3 b.txt",
					"path_link 3 0 a.txt 3 b.txt",
				],
				NO_CHANGE,
			),
			...changesOf(3, "a.txt"),
		],
		after: (world) => {
			assert.equal(readFileSync(world.path("granted/file.txt"), "utf8"), "inside\n");
		},
	},
	{
		name: "a file that was granted to write stays where it is",
		grants: grantFileToWrite,
		steps: [
			[`f = ${open(3, "a.txt", "trunc", "read|write")}`, "SUCCESS"],
			["fd_write $f changed", "SUCCESS 7"],
			...changesOf(3, "a.txt"),
			...all([open(3, "new", "creat", "write"), "path_create_directory 3 new"], NO_CHANGE),
			...all(everyCall(3, "../outside/file.txt"), "ENOTCAPABLE"),
		],
		after: (world) => {
			assert.equal(readFileSync(world.path("granted/file.txt"), "utf8"), "changed");
		},
	},
	{
		name: "the virtual root shows the grants and nothing else",
		steps: [
			[`d = ${open(root, ".", "directory", "readdir")}`, "SUCCESS"],
			["fd_readdir $d 4000 0", 'SUCCESS [".":directory "..":directory "g":directory "ro":directory]'],
			...all([stat(root, "g"), stat(root, "ro"), stat(root, ".")], "SUCCESS directory"),
			...all(
				["etc", "etc/passwd", "proc", "tmp", "home", "root", "dev/null"].map((path) => stat(root, path)),
				"ENOTCAPABLE",
			),
		],
	},
	{
		name: "the virtual root cannot be changed",
		steps: [
			...changesOf(root, "g"),
			...changesOf(root, "ro"),
			...all(
				[
					open(root, "new", "creat", "write"),
					`path_create_directory ${root} new`,
					`path_symlink g ${root} new`,
					`path_rename ${g} file.txt ${root} new`,
					`path_link ${g} 0 file.txt ${root} new`,
					`path_rename ${root} g ${g} inside-itself`,
					`fd_filestat_set_times ${root} 1 1 mtim`,
				],
				NO_CHANGE,
			),
		],
	},
	{
		name: "between two grants, by dots",
		steps: [
			...all(
				["../ro/file.txt", "../ro", "sub/../../ro/file.txt"].flatMap((path) => everyCall(g, path)),
				"ENOTCAPABLE",
			),
			...all(
				["../g/file.txt", "sub/../../g/file.txt"].flatMap((path) => everyCall(ro, path)),
				"ENOTCAPABLE|EROFS",
			),
		],
	},
	{
		name: "between a grant and memory",
		grants: (world) => ["-v", `${world.path("granted")}:/g`, "--tmpfs", "/tmp"],
		steps: [
			...all(
				["path_rename 3 file.txt 4 file.txt", "path_link 3 0 file.txt 4 file.txt", "path_rename 3 sub 4 sub"],
				"EXDEV",
			),
			["path_symlink ../g/file.txt 4 link", "SUCCESS|ENOTCAPABLE"],
			["path_symlink ../../etc/passwd 4 passwd", "SUCCESS|ENOTCAPABLE"],
			...all(
				[open(4, "link"), open(4, "passwd"), open(4, "../etc/passwd"), open(4, "../g/file.txt")],
				"ENOTCAPABLE|ENOENT",
			),
			...all(everyCall(4, ".."), "ENOTCAPABLE|EXDEV"),
			...all(everyCall(4, "/etc/passwd"), "ENOTCAPABLE|EXDEV"),
			[`f = ${open(4, "file", "creat", "write")}`, "SUCCESS"],
			["path_rename 4 file 3 file", "EXDEV"],
		],
	},
	{
		name: "a grant whose host path is itself a link",
		grants: (world) => ["-v", `${world.path("granted/way")}:/g`],
		plant: (world) => {
			// the person who granted it followed the link with open eyes; the guest may not go further
			world.link("granted/sub", "granted/way");
		},
		steps: [
			[stat(g, "inner.txt"), "SUCCESS file"],
			...all([open(g, ".."), open(g, "../file.txt"), open(g, "../../outside/file.txt")], "ENOTCAPABLE"),
		],
	},
	{
		name: "one grant inside another",
		grants: (world) => ["-v", `${world.path("granted")}:/g`, "-v", `${world.path("readonly")}:/g/sub/ro:ro`],
		steps: [
			...all(
				[open(4, "file.txt", "0", "write"), open(4, "new", "creat", "write"), "path_unlink_file 4 file.txt"],
				"EROFS|ENOTCAPABLE",
			),
			...all(everyCall(4, "../inner.txt"), "ENOTCAPABLE|EROFS"),
			...all(everyCall(3, "sub/ro/../../../outside/file.txt"), "ENOTCAPABLE|ENOENT|EROFS"),
			[open(3, "sub/ro/file.txt", "0", "write"), "refused"],
		],
	},
	{
		name: "no grant at all",
		grants: () => [],
		steps: [
			...[3, 4, 5, 6].flatMap((fd) =>
				all([open(fd, "etc/passwd"), stat(fd, "tmp"), open(fd, "..")], "ENOTCAPABLE|EBADF"),
			),
			["environ_get", "SUCCESS []"],
		],
	},
];
