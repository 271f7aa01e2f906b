import { symlinkSync } from "node:fs";

import { type Attempt, all, type Call, g, open, ro, root, stat } from "../attempt.ts";

/** What a refusal to write may be called. */
const REFUSED = "EROFS|ENOTCAPABLE|EPERM|EACCES";

const makeWritable: readonly Call[] = [
	[open(ro, "file.txt", "0", "write"), REFUSED],
	[open(ro, "file.txt", "0", "read|write"), REFUSED],
	[open(ro, "file.txt", "trunc"), REFUSED],
	[open(ro, "file.txt", "trunc", "write"), REFUSED],
	[open(ro, "file.txt", "creat|trunc", "write"), REFUSED],
	[open(ro, "new", "creat"), REFUSED],
	[open(ro, "new", "creat", "write"), REFUSED],
	[open(ro, "new", "creat|excl", "write"), REFUSED],
	[open(ro, "sub/deeper/new", "creat", "write"), REFUSED],
	[`path_open ${ro} 0 file.txt 0 write all append`, REFUSED],
	[`path_open ${ro} 0 file.txt 0 read|write all sync|dsync`, REFUSED],
];

/** Each function that changes anything, on a grant that may only be read. */
export const READ_ONLY: readonly Attempt[] = [
	{ name: "opening to write, to make or to truncate in a read-only grant", steps: makeWritable },
	{
		name: "making, removing and renaming names in a read-only grant",
		steps: all(
			[
				`path_create_directory ${ro} new`,
				`path_create_directory ${ro} sub/new`,
				`path_remove_directory ${ro} empty`,
				`path_remove_directory ${ro} sub/deeper`,
				`path_unlink_file ${ro} file.txt`,
				`path_unlink_file ${ro} sub/inner.txt`,
				`path_rename ${ro} file.txt ${ro} other`,
				`path_rename ${ro} empty ${ro} other`,
				`path_rename ${ro} file.txt ${ro} file.txt`,
				`path_symlink file.txt ${ro} link`,
				`path_link ${ro} 0 file.txt ${ro} other`,
				`path_link ${ro} follow file.txt ${ro} sub/other`,
			],
			REFUSED,
		),
	},
	{
		name: "times in a read-only grant",
		steps: [
			...all(
				[
					`path_filestat_set_times ${ro} 0 file.txt 1 1 atim|mtim`,
					`path_filestat_set_times ${ro} follow file.txt 0 0 atim_now|mtim_now`,
					`path_filestat_set_times ${ro} follow sub 1 1 mtim`,
					`path_filestat_set_times ${ro} follow . 1 1 mtim`,
					`fd_filestat_set_times ${ro} 1 1 atim|mtim`,
				],
				REFUSED,
			),
			[`f = ${open(ro, "file.txt")}`, "SUCCESS"],
			[`d = ${open(ro, "sub", "directory")}`, "SUCCESS"],
			...all(["fd_filestat_set_times $f 1 1 atim|mtim", "fd_filestat_set_times $d 1 1 mtim"], REFUSED),
		],
	},
	{
		name: "writing through a file that was opened to read",
		steps: [
			[`f = ${open(ro, "file.txt")}`, "SUCCESS"],
			["fd_fdstat_set_rights $f all all", "SUCCESS|ENOTCAPABLE"],
			["fd_fdstat_set_flags $f append", "any"],
			...all(
				[
					"fd_write $f text",
					"fd_pwrite $f text 0",
					"fd_filestat_set_size $f 0",
					"fd_filestat_set_size $f 100000",
					"fd_allocate $f 0 100000",
				],
				`${REFUSED}|EBADF|EINVAL`,
			),
			["fd_read $f 100", 'SUCCESS "inside%0a"'],
		],
	},
	{
		name: "writing beneath a subdirectory's handle of a read-only grant",
		steps: [
			[`d = ${open(ro, "sub", "directory", "all")}`, "any"],
			[`d = ${open(ro, "sub", "directory")}`, "SUCCESS"],
			["fd_fdstat_set_rights $d all all", "SUCCESS|ENOTCAPABLE"],
			...all(
				[
					open("$d", "inner.txt", "0", "write"),
					open("$d", "inner.txt", "trunc"),
					open("$d", "new", "creat", "write"),
					"path_create_directory $d new",
					"path_unlink_file $d inner.txt",
					"path_remove_directory $d deeper",
					"path_rename $d inner.txt $d other",
					`path_rename $d inner.txt ${g} taken`,
					`path_rename ${g} file.txt $d brought`,
					`path_link $d 0 inner.txt ${g} taken`,
					`path_link ${g} 0 file.txt $d brought`,
					"path_symlink inner.txt $d link",
				],
				`${REFUSED}|EXDEV`,
			),
		],
	},
	{
		name: "moving and linking from a read-only grant into one that may be written",
		steps: [
			...all(
				[
					`path_link ${ro} 0 file.txt ${g} taken`,
					`path_link ${ro} follow file.txt ${g} taken`,
					`path_link ${ro} 0 sub/inner.txt ${g} sub/taken`,
					`path_rename ${ro} file.txt ${g} taken`,
					`path_rename ${ro} sub ${g} taken`,
					`path_rename ${ro} sub/inner.txt ${g} file.txt`,
				],
				`${REFUSED}|EXDEV`,
			),
			[stat(g, "taken"), "ENOENT"],
		],
	},
	{
		name: "moving and linking into a read-only grant",
		steps: [
			...all(
				[
					`path_link ${g} 0 file.txt ${ro} brought`,
					`path_link ${g} follow file.txt ${ro} brought`,
					`path_rename ${g} file.txt ${ro} brought`,
					`path_rename ${g} file.txt ${ro} file.txt`,
					`path_rename ${g} sub ${ro} brought`,
				],
				`${REFUSED}|EXDEV`,
			),
			[stat(g, "file.txt"), "SUCCESS file"],
		],
	},
	{
		name: "reaching the read-only grant by a link in the writable one",
		plant: (world) => {
			symlinkSync("../readonly", world.path("granted/across"));
			symlinkSync("../ro", world.path("granted/guest-across"));
		},
		steps: all(
			["across/file.txt", "guest-across/file.txt"].flatMap((path) => [
				open(g, path, "0", "write"),
				open(g, path, "trunc", "write"),
				open(g, path),
				`path_unlink_file ${g} ${path}`,
			]),
			"ENOTCAPABLE",
		),
	},
	{
		name: "reaching the read-only grant through the virtual root",
		steps: all(
			[
				open(root, "ro/file.txt", "0", "write"),
				open(root, "ro/file.txt", "trunc"),
				open(root, "ro/new", "creat", "write"),
				`path_create_directory ${root} ro/new`,
				`path_unlink_file ${root} ro/file.txt`,
				`path_remove_directory ${root} ro/empty`,
				`path_rename ${root} ro/file.txt ${root} g/taken`,
				`path_rename ${root} g/file.txt ${root} ro/brought`,
				`path_link ${root} 0 ro/file.txt ${g} taken`,
				`path_filestat_set_times ${root} follow ro/file.txt 1 1 mtim`,
				`path_symlink file.txt ${root} ro/link`,
			],
			`${REFUSED}|EXDEV|ENOENT|ENOTDIR`,
		),
	},
	{
		name: "moving a read-only descriptor over a writable one",
		steps: [
			[`f = ${open(ro, "file.txt")}`, "SUCCESS"],
			[`w = ${open(g, "file.txt", "0", "read|write")}`, "SUCCESS"],
			["fd_renumber $f $w", "SUCCESS"],
			...all(["fd_write $w text", "fd_filestat_set_size $w 0"], `${REFUSED}|EBADF|EINVAL`),
			["fd_read $w 100", 'SUCCESS "inside%0a"'],
		],
	},
	{
		name: "the same directory granted twice, once to read and once to write",
		grants: (world) => ["-v", `${world.path("granted")}:/g`, "-v", `${world.path("granted")}:/ro:ro`],
		steps: [
			...makeWritable,
			...all(
				[
					`path_unlink_file ${ro} file.txt`,
					`path_rename ${ro} file.txt ${g} other`,
					`path_link ${ro} 0 file.txt ${g} other`,
					`path_rename ${g} file.txt ${ro} other`,
				],
				`${REFUSED}|EXDEV`,
			),
			[open(g, "file.txt", "0", "write"), "SUCCESS"],
		],
	},
	{
		name: "a writable grant above a read-only one: by the read-only name nothing is written",
		grants: (world) => ["-v", `${world.root}/granted:/g`, "-v", `${world.root}/granted/sub:/ro:ro`],
		steps: all(
			[
				open(ro, "inner.txt", "0", "write"),
				open(ro, "inner.txt", "trunc"),
				`path_unlink_file ${ro} inner.txt`,
			],
			REFUSED,
		),
	},
	{
		name: "--read-only makes every grant one to read",
		grants: (world) => [
			"--read-only",
			"-v",
			`${world.path("granted")}:/g`,
			"-v",
			`${world.path("readonly")}:/ro`,
		],
		steps: [
			...makeWritable,
			...all([open(g, "file.txt", "0", "write"), `path_unlink_file ${g} file.txt`], REFUSED),
			[open(g, "file.txt"), "SUCCESS"],
		],
	},
];
