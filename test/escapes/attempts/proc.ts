import { symlinkSync } from "node:fs";

import { type Attempt, all, everyCall, g, open, openNoFollow, stat } from "../attempt.ts";

/** Links that the kernel follows by itself, to anywhere: https://man7.org/linux/man-pages/man5/proc_pid_root.5.html */
const MAGIC_DIRECTORIES = ["self/root", "self/cwd", "thread-self/root", "thread-self/cwd", "1/root", "1/cwd"];
const MAGIC_FILES = [
	"self/exe",
	"self/fd/0",
	"self/fd/1",
	"self/fd/2",
	"self/fd/3",
	"self/fd/4",
	"self/ns/net",
];

const grantProc = (readOnly: boolean) => () => ["-v", `/proc:/p${readOnly ? ":ro" : ""}`];

export const PROC: readonly Attempt[] = [
	...MAGIC_DIRECTORIES.flatMap((link) => [
		{
			name: `/proc/${link}, granted with /proc`,
			grants: grantProc(true),
			steps: all(
				["", "/", "/.", "/etc/passwd", "{W}/outside/file.txt", "/tmp", "/.."].flatMap((rest) => [
					open(g, link + rest),
					open(g, link + rest, "directory"),
					openNoFollow(g, link + rest),
					stat(g, link + rest),
				]),
				"refused",
			),
		},
	]),
	{
		name: "every call through /proc/self/root, granted to write",
		grants: grantProc(false),
		steps: all(
			["{W}/outside/file.txt", "{W}/outside/new", "{W}/outside/empty"].flatMap((path) =>
				everyCall(g, `self/root${path}`).filter((call) => !call.includes("stolen")),
			),
			"refused",
		),
	},
	{
		name: "files behind magic links",
		grants: grantProc(false),
		steps: all(
			MAGIC_FILES.flatMap((link) => [
				open(g, link),
				open(g, link, "0", "read|write"),
				open(g, link, "trunc", "write"),
				stat(g, link),
				`path_link ${g} follow ${link} ${g} stolen`,
			]),
			"refused",
		),
	},
	{
		name: "the memory and the settings of wherry's own process",
		grants: grantProc(false),
		steps: all(
			["self/mem", "self/oom_score_adj", "self/attr/current", "self/comm", "sys/kernel/core_pattern"].flatMap(
				(path) => [open(g, path, "0", "read|write"), open(g, path, "0", "write")],
			),
			"refused",
		),
	},
	{
		name: "the memory of wherry's own process, to read",
		grants: grantProc(true),
		steps: all([open(g, "self/mem"), open(g, "thread-self/mem")], "refused"),
	},
	{
		name: "/proc/self as the grant",
		grants: () => ["-v", "/proc/self:/p:ro"],
		steps: all(
			["root/etc/passwd", "cwd", "cwd/..", "fd/0", "fd/3", "exe", "root", "task/../root"].flatMap((path) => [
				open(g, path),
				stat(g, path),
			]),
			"refused",
		),
	},
	{
		name: "/proc/self/fd as the grant: none of the host's descriptors",
		grants: () => ["-v", "/proc/self/fd:/p"],
		steps: all(
			Array.from({ length: 32 }, (_, fd) => [open(g, String(fd)), open(g, String(fd), "0", "write")]).flat(),
			"refused",
		),
	},
	{
		name: "a link into /proc planted in a grant",
		plant: (world) => {
			symlinkSync("/proc/self/root", world.path("granted/root"));
			symlinkSync("/proc/self/cwd", world.path("granted/cwd"));
			symlinkSync("/proc/self/fd/0", world.path("granted/stdin"));
			symlinkSync("/dev/stdin", world.path("granted/dev"));
			symlinkSync("/proc/self/environ", world.path("granted/environ"));
		},
		steps: all(
			[
				"root",
				"root/etc/passwd",
				"root{W}/outside/file.txt",
				"cwd",
				"cwd/package.json",
				"stdin",
				"dev",
				"environ",
			].flatMap((path) => [
				open(g, path),
				stat(g, path),
				open(g, path, "0", "write"),
				open(g, path, "creat", "write"),
			]),
			"ENOTCAPABLE",
		),
	},
];
