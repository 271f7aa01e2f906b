import { type Attempt, all, everyCall, g, open, openNoFollow, root, stat } from "../attempt.ts";

/** Paths that lead out by themselves: every call that takes a path is tried with each. */
const WAYS_OUT: readonly string[] = [
	"../outside/file.txt",
	"../outside",
	"../outside/",
	"../outside/sub/../file.txt",
	"./../outside/file.txt",
	".//..//outside//file.txt",
	"sub/../../outside/file.txt",
	"sub/deeper/../../../outside/file.txt",
	"sub/./.././../outside/file.txt",
	"..",
	"../",
	"../.",
	"../..",
	"sub/../..",
	"../../../../../../../../../../etc/passwd",
	"/etc/passwd",
	"//etc/passwd",
	"/",
	"/g/file.txt",
	"{W}/outside/file.txt",
	"{W}/granted/../outside/file.txt",
	"../granted/file.txt",
	"../outside/not-there",
	"../outside/empty",
];

const climbs: readonly Attempt[] = WAYS_OUT.map((path) => ({
	name: `every call with the path '${path}'`,
	steps: all(everyCall(g, path), "ENOTCAPABLE"),
}));

/** Longer than any path may be, and leads out at its end. */
const FAR = `${"sub/../".repeat(1200)}../outside/file.txt`;

export const DOTS: readonly Attempt[] = [
	...climbs,
	{
		name: "`..` from a handle of a subdirectory",
		steps: [
			[`d = ${open(g, "sub", "directory")}`, "SUCCESS"],
			...all([open("$d", ".."), open("$d", "../file.txt"), stat("$d", "../file.txt")], "ENOTCAPABLE"),
			...all([open("$d", "deeper/../../file.txt"), "path_unlink_file $d ../file.txt"], "ENOTCAPABLE"),
			[stat("$d", "deeper/../inner.txt"), "SUCCESS file"],
		],
	},
	{
		name: "`..` behind a name that does not exist or is no directory",
		steps: [
			[open(g, "nothing/../../outside/file.txt"), "ENOENT|ENOTCAPABLE"],
			[open(g, "file.txt/../../outside/file.txt"), "ENOTDIR|ENOTCAPABLE"],
			[open(g, "file.txt/../file.txt"), "ENOTDIR"],
			[open(g, "nothing/../file.txt"), "ENOENT"],
		],
	},
	{
		name: "names that only look like a way out",
		steps: [
			[open(g, "..\\outside\\file.txt"), "ENOENT"],
			[open(g, "..."), "ENOENT"],
			[open(g, ".. "), "ENOTCAPABLE|ENOENT"],
			[open(g, "%2e%2e/outside/file.txt"), "ENOTCAPABLE"],
			[open(g, "C:/outside/file.txt"), "ENOENT"],
			[open(g, "~/file.txt"), "ENOENT"],
		],
	},
	{
		name: "a NUL in the path",
		steps: all(
			[
				...everyCall(g, "file.txt%00"),
				...everyCall(g, "%00../outside/file.txt"),
				...everyCall(g, "../outside/file.txt%00.png"),
			],
			"EINVAL|EILSEQ|ENOTCAPABLE",
		),
	},
	{
		name: "bytes that are no UTF-8",
		steps: [
			[open(g, "%ff%fe/../../outside/file.txt"), "refused"],
			[open(g, "%c0%ae%c0%ae/outside/file.txt"), "refused"],
			[open(g, "%c0%afetc/passwd"), "refused"],
			[open(g, "%ff", "creat", "write"), "EILSEQ|EINVAL"],
		],
	},
	{
		name: "names and paths that are too long",
		steps: [
			...all(everyCall(g, "n".repeat(256)), "ENAMETOOLONG"),
			...all(everyCall(g, FAR), "ENAMETOOLONG|ENOTCAPABLE"),
			[open(g, `${"sub/../".repeat(500)}../outside/file.txt`), "ENOTCAPABLE"],
			[open(g, "m".repeat(100_000)), "ENAMETOOLONG"],
			[stat(g, `${"sub/../".repeat(500)}file.txt`), "SUCCESS file"],
		],
	},
	{
		name: "the empty path",
		steps: all(everyCall(g, "''"), "ENOENT|EINVAL|ENOTCAPABLE"),
	},
	{
		name: "removing or renaming `.` and `..`",
		steps: [
			...[".", "./", "sub/.", "sub/..", "sub/deeper/..", "sub/deeper/../.."].flatMap((path) =>
				all(
					[
						`path_remove_directory ${g} ${path}`,
						`path_unlink_file ${g} ${path}`,
						`path_rename ${g} ${path} ${g} moved`,
						`path_rename ${g} empty ${g} ${path}`,
					],
					"refused",
				),
			),
			...all([stat(g, "sub/deeper"), stat(g, "empty")], "SUCCESS directory"),
		],
	},
	{
		name: "a trailing slash after a file",
		steps: [
			...all([open(g, "file.txt/"), openNoFollow(g, "file.txt/"), stat(g, "file.txt/")], "ENOTDIR"),
			[open(g, "new/", "creat", "write"), "refused"],
			[`path_unlink_file ${g} file.txt/`, "ENOTDIR"],
			[`path_rename ${g} file.txt/ ${g} other`, "ENOTDIR"],
			[stat(g, "new"), "ENOENT"],
		],
	},
	{
		name: "out of the virtual root",
		steps: [
			...all(everyCall(root, "/"), "ENOTCAPABLE"),
			...all(everyCall(root, "''"), "ENOENT|ENOTCAPABLE"),
			...all(everyCall(root, "g%00/file.txt"), "EINVAL|EILSEQ|ENOTCAPABLE"),
			...all(everyCall(root, "n".repeat(5000)), "ENAMETOOLONG|ENOTCAPABLE"),
			...all(
				["g/file.txt", "g//file.txt", ".//g/./file.txt"].map((path) => stat(root, path)),
				"SUCCESS file",
			),
			...all(everyCall(root, ".."), "ENOTCAPABLE"),
			...all(everyCall(root, "../etc/passwd"), "ENOTCAPABLE"),
			...all(everyCall(root, "etc/passwd"), "ENOTCAPABLE|EROFS"),
			...all(everyCall(root, "g/../../etc/passwd"), "ENOTCAPABLE"),
			...all(everyCall(root, "g/../outside/file.txt"), "ENOTCAPABLE|EROFS"),
			...all(everyCall(root, "{W}/outside/file.txt"), "ENOTCAPABLE"),
		],
	},
];
