import { symlinkSync } from "node:fs";

import { type Attempt, all, type Call, everyCall, g, open, openNoFollow, stat } from "../attempt.ts";
import type { World } from "../world.ts";

/** Links that the host planted in /g, each of which leads to outside/ or above it. */
const LEADING_OUT: Readonly<Record<string, (world: World) => string>> = {
	"an absolute link": (world) => world.path("outside"),
	"a relative link": () => "../outside",
	"a relative link with a trailing slash": () => "../outside/",
	"a relative link with `/.` behind": () => "../outside/.",
	"a link that goes down first": () => "sub/../../outside",
	"a link to an absolute path through /proc": (world) => `/proc/self/root${world.path("outside")}`,
	"a link with doubled slashes": () => "..//outside",
};

/** What is tried through such a link as the directory in the middle of a path. */
function throughTheMiddle(link: string): Call[] {
	return ["file.txt", "sub/inner.txt", "sub", "empty", "not-there", "."].flatMap((rest) =>
		all(everyCall(g, `${link}/${rest}`), "ENOTCAPABLE"),
	);
}

/** What is tried on the link itself as the last name; links may be examined and removed as links. */
function asTheLastName(link: string): Call[] {
	return [
		...all(
			[
				open(g, link),
				open(g, link, "directory"),
				open(g, link, "0", "write"),
				open(g, link, "creat", "read|write"),
				open(g, link, "trunc", "read|write"),
				stat(g, link),
				`path_filestat_set_times ${g} follow ${link} 1 1 atim|mtim`,
				`path_link ${g} follow ${link} ${g} stolen`,
			],
			"ENOTCAPABLE",
		),
		...all([openNoFollow(g, link), openNoFollow(g, link, "directory")], "ELOOP|ENOTDIR|ENOTCAPABLE"),
		[openNoFollow(g, link, "creat", "write"), "ELOOP|ENOTCAPABLE"],
		[open(g, link, "creat|excl", "write"), "EEXIST|ENOTCAPABLE"],
		[`path_filestat_get ${g} 0 ${link}`, "SUCCESS symlink"],
		[`path_create_directory ${g} ${link}`, "EEXIST|ENOTCAPABLE"],
		[`path_remove_directory ${g} ${link}`, "ENOTDIR|ENOTCAPABLE"],
		[`path_symlink file.txt ${g} ${link}`, "EEXIST|ENOTCAPABLE"],
		[`path_link ${g} 0 file.txt ${g} ${link}`, "EEXIST|ENOTCAPABLE"],
		// renaming over it replaces the link, and taking it away takes the link
		[`path_rename ${g} empty ${g} ${link}`, "refused"],
		[`path_rename ${g} file.txt ${g} ${link}`, "SUCCESS"],
	];
}

const planted: readonly Attempt[] = Object.entries(LEADING_OUT).flatMap(([name, target]) => {
	const plant = (world: World) => {
		symlinkSync(target(world), world.path("granted/link"));
	};
	return [
		{ name: `${name} in the middle of a path`, plant, steps: throughTheMiddle("link") },
		{ name: `${name} as the last name`, plant, steps: asTheLastName("link") },
		{
			name: `${name} as the last name with a trailing slash`,
			plant,
			steps: all(everyCall(g, "link/"), "refused"),
		},
	];
});

/** Plants links as `name: target` pairs in /g. */
function plantLinks(links: Readonly<Record<string, string>>): (world: World) => void {
	return (world) => {
		for (const [name, target] of Object.entries(links))
			symlinkSync(target.replaceAll("{W}", world.root), world.path(`granted/${name}`));
	};
}

const chainOf = (count: number) =>
	Object.fromEntries(
		Array.from({ length: count }, (_, index) => [`l${index}`, index === 0 ? "file.txt" : `l${index - 1}`]),
	);

export const LINKS: readonly Attempt[] = [
	...planted,
	{
		name: "a chain of links whose last one leads out",
		plant: plantLinks({ a: "b", b: "sub/c", "sub/c": "../d", d: "../outside/file.txt" }),
		steps: all(
			[...["a", "b", "sub/c", "d"].flatMap((link) => [open(g, link), stat(g, link)]), open(g, "a", "creat")],
			"ENOTCAPABLE",
		),
	},
	{
		name: "two links, each of which goes up as far as it may",
		plant: plantLinks({ "sub/up": "..", "sub/deeper/up": "../up/.." }),
		steps: [
			[open(g, "sub/up/file.txt"), "SUCCESS"],
			...all(everyCall(g, "sub/up/../outside/file.txt"), "ENOTCAPABLE"),
			...all(everyCall(g, "sub/deeper/up/outside/file.txt"), "ENOTCAPABLE"),
			...all([open(g, "sub/up/sub/up/sub/deeper/up"), stat(g, "sub/deeper/up")], "ENOTCAPABLE"),
		],
	},
	{
		name: "a link that leads to the granted directory from without",
		plant: plantLinks({ back: "../granted/file.txt", absolute: "{W}/granted/file.txt" }),
		steps: all([open(g, "back"), stat(g, "back"), open(g, "absolute"), stat(g, "absolute")], "ENOTCAPABLE"),
	},
	{
		name: "links to / and to ..",
		plant: plantLinks({ top: "/", up: "..", up2: "sub/../.." }),
		steps: [
			"top{W}/outside/file.txt",
			"up/outside/file.txt",
			"up2/outside/file.txt",
			"up/granted/file.txt",
		].flatMap((path) => all(everyCall(g, path), "ENOTCAPABLE")),
	},
	{
		name: "links that never end, and more links than anyone follows",
		plant: plantLinks({ self: "self", ping: "pong", pong: "ping", grow: "grow/grow", ...chainOf(60) }),
		steps: [
			...["self", "ping", "grow", "self/x", "l59"].flatMap((link) =>
				all([open(g, link), stat(g, link), open(g, link, "creat", "write")], "ELOOP|ENAMETOOLONG"),
			),
			[stat(g, "l5"), "SUCCESS file"],
		],
	},
	{
		name: "a link that the guest makes with an absolute target",
		steps: [
			...all(
				["/etc/passwd", "/", "//", "{W}/outside/file.txt", "/g/file.txt"].map(
					(target) => `path_symlink ${target} ${g} mine`,
				),
				"ENOTCAPABLE|EPERM|EACCES",
			),
			[`path_filestat_get ${g} 0 mine`, "ENOENT"],
		],
	},
	{
		name: "a link that the guest makes with a relative target",
		steps: [
			[`path_symlink ../outside ${g} mine`, "SUCCESS|ENOTCAPABLE"],
			[`path_symlink ../outside/file.txt ${g} mine-file`, "SUCCESS|ENOTCAPABLE"],
			[`path_symlink .. ${g} mine-up`, "SUCCESS|ENOTCAPABLE"],
			...[
				"mine/file.txt",
				"mine-file",
				"mine-up/outside/file.txt",
				"mine/",
				"mine-up/granted/file.txt",
			].flatMap((path) =>
				all(
					[open(g, path), stat(g, path), open(g, path, "creat|trunc", "write")],
					"ENOTCAPABLE|ENOENT|EISDIR",
				),
			),
			[`path_create_directory ${g} mine/new`, "ENOTCAPABLE|ENOENT"],
		],
	},
	{
		name: "a harmless link that the guest moves up until it leads out",
		steps: [
			[`path_symlink ../../file.txt ${g} sub/deeper/up`, "SUCCESS"],
			[open(g, "sub/deeper/up"), "SUCCESS"],
			[`path_rename ${g} sub/deeper/up ${g} sub/up`, "SUCCESS"],
			...all([open(g, "sub/up"), stat(g, "sub/up"), open(g, "sub/up", "creat", "write")], "ENOTCAPABLE"),
			[`path_link ${g} 0 sub/up ${g} up`, "SUCCESS|refused"],
			[open(g, "up"), "ENOTCAPABLE|ENOENT"],
		],
	},
	{
		name: "a harmless link whose directory the guest moves up",
		steps: [
			[`path_create_directory ${g} sub/deeper/box`, "SUCCESS"],
			[`path_symlink ../../../file.txt ${g} sub/deeper/box/up`, "SUCCESS"],
			[open(g, "sub/deeper/box/up"), "SUCCESS"],
			[`path_rename ${g} sub/deeper/box ${g} box`, "SUCCESS"],
			...all([open(g, "box/up"), stat(g, "box/up"), open(g, "box/up", "creat", "write")], "ENOTCAPABLE"),
		],
	},
	{
		name: "listing shows a link as a link, not what it leads to",
		plant: plantLinks({ "empty/link": "../../outside" }),
		steps: [
			[`d = ${open(g, "empty", "directory", "readdir")}`, "SUCCESS"],
			[`fd_readdir $d 4000 0`, 'SUCCESS [".":directory "..":directory "link":symlink]'],
		],
	},
	{
		name: "reading a link tells its text and nothing more",
		plant: plantLinks({ link: "../outside/file.txt" }),
		steps: [
			[`path_readlink ${g} link 4000`, 'SUCCESS "../outside/file.txt"'],
			[`path_readlink ${g} link 4`, 'SUCCESS "../o"|ERANGE'],
			[`path_readlink ${g} file.txt 4000`, "EINVAL"],
			[`path_readlink ${g} sub 4000`, "EINVAL"],
		],
	},
];
