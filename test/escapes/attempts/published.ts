import { mkdirSync, symlinkSync } from "node:fs";

import { type Attempt, all, everyCall, g, open, openNoFollow, ro, root, stat } from "../attempt.ts";

const REFUSED = "EROFS|ENOTCAPABLE|EPERM|EACCES";

/** The escapes of other runtimes that were published, each by its name. */
export const PUBLISHED: readonly Attempt[] = [
	{
		name: "wasmtime GHSA-vqjp-4c8c-hfgg, RUSTSEC-2026-0269, cap-std GHSA-hp8f-xmx4-4qrg: a trailing slash in the path",
		plant: (world) => {
			symlinkSync("../outside", world.path("granted/link"));
			symlinkSync("link", world.path("granted/second"));
		},
		steps: all(
			["link/", "link//", "link/./", "second/", "link/sub/", "sub/../link/"].flatMap((path) => [
				open(g, path),
				openNoFollow(g, path),
				open(g, path, "directory"),
				openNoFollow(g, path, "directory"),
				openNoFollow(g, path, "creat", "write"),
				stat(g, path),
				`path_filestat_get ${g} 0 ${path}`,
				`path_filestat_set_times ${g} 0 ${path} 1 1 mtim`,
				`path_create_directory ${g} ${path}`,
				`path_remove_directory ${g} ${path}`,
			]),
			"refused",
		),
	},
	{
		name: "wasmtime GHSA-vqjp-4c8c-hfgg: a trailing slash in the target of a link",
		plant: (world) => {
			symlinkSync("../outside/", world.path("granted/link"));
			symlinkSync("link/", world.path("granted/second"));
			symlinkSync("sub/../../outside//", world.path("granted/third"));
			symlinkSync(`${world.path("outside")}/`, world.path("granted/fourth"));
		},
		steps: all(
			["link", "second", "third", "fourth"].flatMap((link) => [
				open(g, link),
				open(g, link, "directory"),
				openNoFollow(g, `${link}/file.txt`),
				open(g, `${link}/file.txt`),
				stat(g, `${link}/file.txt`),
				`path_filestat_get ${g} 0 ${link}/file.txt`,
				open(g, `${link}/new`, "creat", "write"),
				`path_unlink_file ${g} ${link}/file.txt`,
			]),
			"ENOTCAPABLE",
		),
	},
	{
		name: "wasmtime GHSA-vqjp-4c8c-hfgg: both, in links that the guest makes",
		steps: [
			[`path_symlink ../outside/ ${g} link`, "SUCCESS|ENOTCAPABLE"],
			...all(
				["link", "link/", "link/file.txt"].flatMap((path) => [
					open(g, path),
					open(g, path, "directory"),
					stat(g, path),
				]),
				"refused",
			),
		],
	},
	{
		name: "wasmtime GHSA-2r75-cxrj-cmph: path_open with TRUNC and no right to write, on a read-only grant",
		steps: all(
			[
				open(ro, "file.txt", "trunc", "0"),
				open(ro, "file.txt", "trunc", "read"),
				open(ro, "sub/inner.txt", "trunc|creat", "read"),
				openNoFollow(ro, "file.txt", "trunc", "0"),
			],
			REFUSED,
		),
	},
	{
		name: "wasmtime GHSA-4ch3-9j33-3pmj: hard link from a read-only grant into a writable one, then write",
		steps: [
			[`path_link ${ro} 0 file.txt ${g} taken`, `${REFUSED}|EXDEV`],
			[`path_link ${ro} follow file.txt ${g} taken`, `${REFUSED}|EXDEV`],
			[`f = ${open(g, "taken", "0", "read|write")}`, "ENOENT"],
			["fd_write $f overwritten", "EBADF"],
		],
	},
	{
		name: "wasmtime GHSA-4ch3-9j33-3pmj: rename from a read-only grant into a writable one, then write",
		steps: [
			[`path_rename ${ro} file.txt ${g} taken`, `${REFUSED}|EXDEV`],
			[`path_rename ${ro} sub ${g} taken`, `${REFUSED}|EXDEV`],
			[`f = ${open(g, "taken", "0", "read|write")}`, "ENOENT"],
			["fd_write $f overwritten", "EBADF"],
		],
	},
	{
		name: "wasmtime CVE-2025-53901, GHSA-fm79-3f68-h2fc: fd_renumber onto a closed and a granted descriptor",
		steps: [
			[`f = ${open(g, "file.txt")}`, "SUCCESS"],
			[`fd_close $f`, "SUCCESS"],
			[`fd_renumber ${g} $f`, "EBADF|SUCCESS"],
			[`fd_renumber ${ro} ${g}`, "SUCCESS|EBADF"],
			[`path_open 0 0 x 0 read all 0`, "ENOTDIR|EBADF|ENOTCAPABLE"],
			[`fd_prestat_get ${ro}`, "EBADF"],
			[`fd_prestat_get ${root}`, "SUCCESS"],
			[open(g, "../outside/file.txt"), "ENOTCAPABLE|EBADF"],
		],
	},
	{
		name: "wasmtime GHSA-3p27-qvp9-27qf: fd_renumber over and over leaks nothing and stays within the limit",
		steps: Array.from({ length: 1200 }, () => [
			[`f = ${open(g, "file.txt")}`, "SUCCESS 6"] as const,
			[`h = ${open(g, "sub", "directory")}`, "SUCCESS 7"] as const,
			["fd_renumber $h $f", "SUCCESS"] as const,
			["fd_close $f", "SUCCESS"] as const,
		]).flat(),
	},
	{
		name: "wasmtime CVE-2024-51745, GHSA-c2f5-jxjv-2hh8, cap-std GHSA-hxf5-99xg-86hw: names of Windows devices",
		steps: all(
			["CON", "NUL", "COM1", "COM\u00b9", "LPT\u00b2", "CONIN$", "nul.txt"].map((name) => open(g, name)),
			"ENOENT|ENOTCAPABLE",
		),
	},
	{
		name: "wasmer CVE-2024-38358, GHSA-55f3-3qvg-8pv5: O_CREAT and writing through a dangling link",
		plant: (world) => {
			symlinkSync("../outside/new", world.path("granted/relative"));
			symlinkSync(world.path("outside/new"), world.path("granted/absolute"));
			symlinkSync("../outside/empty/new/", world.path("granted/slash"));
			symlinkSync("relative", world.path("granted/chain"));
			mkdirSync(world.path("granted/box"));
			symlinkSync("../../outside/new", world.path("granted/box/up"));
		},
		steps: [
			...all(
				["relative", "absolute", "slash", "chain", "box/up"].flatMap((link) => [
					open(g, link, "creat", "write"),
					open(g, link, "creat|trunc", "read|write"),
					open(g, link, "trunc", "write"),
					openNoFollow(g, link, "creat", "write"),
					openNoFollow(g, link, "creat|excl", "write"),
					openNoFollow(g, link, "creat|trunc", "write"),
					open(g, link, "creat|excl", "write"),
					`path_create_directory ${g} ${link}`,
					`path_create_directory ${g} ${link}/`,
				]),
				"refused",
			),
		],
	},
	{
		name: "wasmer CVE-2024-38358: the same with a dangling link that stays inside makes the file inside",
		plant: (world) => {
			symlinkSync("sub/new", world.path("granted/link"));
		},
		steps: [
			[open(g, "link", "creat", "write"), "SUCCESS"],
			[stat(g, "sub/new"), "SUCCESS file"],
		],
	},
	{
		name: "wasmer#4267: the working directory is granted to nobody",
		grants: () => [],
		steps: all(
			[3, 4, 5].flatMap((fd) => [open(fd, "package.json"), open(fd, "./package.json"), stat(fd, "src")]),
			"ENOTCAPABLE|EBADF",
		),
	},
	{
		name: "wazero#2321, #2322: links out of a mount; its own `../../`",
		plant: (world) => {
			symlinkSync(world.path("outside/file.txt"), world.path("granted/absolute"));
			symlinkSync("../outside/file.txt", world.path("granted/relative"));
		},
		steps: all(
			[...everyCall(g, "../../etc/passwd"), open(g, "absolute"), open(g, "relative")],
			"ENOTCAPABLE",
		),
	},
	{
		name: "node:wasi, nodejs/uvwasi#271: a link in the middle of the path",
		plant: (world) => {
			symlinkSync("..", world.path("granted/sub/up"));
			symlinkSync("../../outside", world.path("granted/sub/out"));
		},
		steps: [
			...all(everyCall(g, "sub/out/file.txt"), "ENOTCAPABLE"),
			...all(everyCall(g, "sub/up/../outside/file.txt"), "ENOTCAPABLE"),
		],
	},
	{
		name: "jco preview2-shim: a directory's handle after it was replaced by a link to `..`",
		steps: [
			[`d = ${open(g, "sub", "directory")}`, "SUCCESS"],
			[`path_rename ${g} sub ${g} away`, "SUCCESS"],
			[`path_symlink .. ${g} sub`, "SUCCESS|ENOTCAPABLE"],
			...all(
				[
					open("$d", "outside/file.txt"),
					open("$d", "granted/file.txt"),
					stat("$d", "outside"),
					"path_unlink_file $d outside/file.txt",
				],
				"ENOENT",
			),
			["path_create_directory $d made", "SUCCESS"],
			[stat(g, "away/made"), "SUCCESS directory"],
		],
	},
	{
		name: "Samsung/walrus#458, oracle/graal#13419: opening `..` itself, then from there",
		steps: [
			[`d = ${open(g, "..", "directory")}`, "ENOTCAPABLE"],
			[open("$d", "outside/file.txt"), "EBADF"],
			[`d = ${open(g, "sub/../..", "directory")}`, "ENOTCAPABLE"],
			["fd_readdir $d 4000 0", "EBADF"],
		],
	},
	{
		name: "bytecodealliance/jco#466: the host's root is not granted",
		grants: () => [],
		steps: all(
			[3, 4].flatMap((fd) => [open(fd, "/etc/passwd"), open(fd, "etc/passwd"), open(fd, "/")]),
			"ENOTCAPABLE|EBADF",
		),
	},
];
