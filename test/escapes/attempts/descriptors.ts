import { type Attempt, all, type Call, everyCall, g, open, ro, root, stat } from "../attempt.ts";

/** Every function that takes a descriptor, with one that is not the guest's. */
function everyDescriptorCall(fd: number | string): string[] {
	return [
		`fd_read ${fd} 100`,
		`fd_write ${fd} text`,
		`fd_pread ${fd} 100 0`,
		`fd_pwrite ${fd} text 0`,
		`fd_readdir ${fd} 100 0`,
		`fd_filestat_get ${fd}`,
		`fd_fdstat_get ${fd}`,
		`fd_filestat_set_size ${fd} 0`,
		`fd_filestat_set_times ${fd} 1 1 atim`,
		`fd_fdstat_set_flags ${fd} nonblock`,
		`fd_fdstat_set_rights ${fd} all all`,
		`fd_allocate ${fd} 0 1`,
		`fd_advise ${fd} 0 1 0`,
		`fd_sync ${fd}`,
		`fd_datasync ${fd}`,
		`fd_seek ${fd} 0 set`,
		`fd_tell ${fd}`,
		`fd_prestat_get ${fd}`,
		`fd_prestat_dir_name ${fd} 10`,
		`fd_renumber ${fd} ${g}`,
		`fd_close ${fd}`,
		`sock_accept ${fd} 0`,
		`sock_recv ${fd} 100 0`,
		`sock_send ${fd} text 0`,
		`sock_shutdown ${fd} 1`,
		`path_open ${fd} follow file.txt 0 read all 0`,
		`path_unlink_file ${fd} file.txt`,
		`path_rename ${fd} file.txt ${g} other`,
		`path_rename ${g} file.txt ${fd} other`,
		`path_link ${g} 0 file.txt ${fd} other`,
		`path_symlink file.txt ${fd} link`,
	];
}

/** Numbers that are none of the guest's: the host's own open files among them, and absurd ones. */
const FOREIGN = [...Array.from({ length: 40 }, (_, index) => index + 6), 255, 1023, 65_536, 0x7fffffff];
const ABSURD = [0x80000000, 0xfffffffe, 0xffffffff, -1, -2, -2147483648];

const readsInside = (fd: number | string): Call => [open(fd, "file.txt"), "SUCCESS"];

export const DESCRIPTORS: readonly Attempt[] = [
	{
		name: "numbers of descriptors that the host has open but the guest was never given",
		steps: all(FOREIGN.flatMap(everyDescriptorCall), "EBADF"),
	},
	{
		name: "numbers of descriptors at the ends of the range",
		steps: all(ABSURD.flatMap(everyDescriptorCall), "EBADF"),
	},
	{
		name: "renumbering one granted directory over another",
		steps: [
			[`fd_renumber ${g} ${ro}`, "SUCCESS"],
			...all(
				everyDescriptorCall(g).filter((call) => !call.endsWith(` ${g} other`)),
				"EBADF",
			),
			readsInside(ro),
			...all(
				everyCall(ro, "../outside/file.txt").filter((call) => !call.includes(` ${g} `)),
				"ENOTCAPABLE",
			),
			[open(ro, "new", "creat", "write"), "SUCCESS"],
		],
	},
	{
		name: "renumbering a read-only directory over a writable one",
		steps: [
			[`fd_renumber ${ro} ${g}`, "SUCCESS"],
			[open(g, "new", "creat", "write"), "EROFS|ENOTCAPABLE"],
			[`path_unlink_file ${g} file.txt`, "EROFS|ENOTCAPABLE"],
			readsInside(g),
		],
	},
	{
		name: "renumbering to where nothing is, far away, and onto itself",
		steps: [
			[`f = ${open(g, "file.txt")}`, "SUCCESS"],
			...all(["fd_renumber $f 1000000", "fd_renumber $f 0xffffffff", "fd_renumber $f 0x7fffffff"], "EBADF"),
			[`fd_renumber $f 40`, "EBADF|SUCCESS"],
			["fd_renumber 77 $f", "EBADF"],
			[`fd_renumber ${g} ${g}`, "SUCCESS"],
			readsInside(g),
		],
	},
	{
		name: "renumbering the standard streams",
		steps: [
			[`f = ${open(g, "out.txt", "creat", "read|write")}`, "SUCCESS"],
			["fd_renumber $f 2", "SUCCESS|ENOTSUP|EBADF"],
			["fd_write 2 text", "SUCCESS 4"],
			["fd_renumber 7 1", "EBADF"],
		],
	},
	{
		name: "a closed grant stays closed, whatever takes its number",
		steps: [
			[`f = ${open(g, "file.txt")}`, "SUCCESS"],
			[`fd_close ${g}`, "SUCCESS"],
			...all([open(g, "file.txt"), `fd_prestat_get ${g}`, `fd_close ${g}`], "EBADF"),
			[`h = ${open(ro, "file.txt")}`, "SUCCESS"],
			["fd_prestat_get $h", "EBADF|ENOTDIR"],
			["fd_read $h 100", 'SUCCESS "inside%0a"'],
			...all([open("$f", "../file.txt"), open("$f", "x")], "ENOTDIR|EBADF|ENOTCAPABLE"),
		],
	},
	{
		name: "paths under what is no directory",
		steps: [
			[`f = ${open(g, "file.txt")}`, "SUCCESS"],
			...["0", "1", "2", "$f"].flatMap((fd) =>
				all(
					[open(fd, "file.txt"), open(fd, "/etc/passwd"), stat(fd, "."), `path_unlink_file ${fd} x`],
					"ENOTDIR|EBADF|ENOTCAPABLE",
				),
			),
		],
	},
	{
		name: "more descriptors than may be had",
		steps: [
			...Array.from({ length: 1100 }, (): Call => [open(g, "file.txt"), "SUCCESS|EMFILE|ENFILE"]),
			[open(g, "file.txt"), "EMFILE|ENFILE"],
			[stat(g, "file.txt"), "SUCCESS file"],
			[stat(g, "../outside/file.txt"), "ENOTCAPABLE"],
			["fd_close 20", "SUCCESS"],
			[open(g, "file.txt"), "SUCCESS 20"],
		],
	},
	{
		name: "rights that were given up or never had",
		steps: [
			[`f = ${open(g, "file.txt", "0", "read|write")}`, "SUCCESS"],
			["fd_fdstat_set_rights $f read 0", "SUCCESS"],
			["fd_write $f text", "EBADF|ENOTCAPABLE"],
			["fd_filestat_set_size $f 0", "refused"],
			["fd_fdstat_set_rights $f read|write 0", "ENOTCAPABLE"],
			[`d = ${open(g, "sub", "directory")}`, "SUCCESS"],
			["fd_fdstat_set_rights $d 0 0", "SUCCESS"],
			[open("$d", "inner.txt", "trunc", "write"), "ENOTCAPABLE|EPERM"],
			[`fd_fdstat_set_rights ${g} 0 0`, "SUCCESS|ENOTCAPABLE|ENOTSUP"],
			[`fd_fdstat_set_rights ${g} all all`, "SUCCESS|ENOTCAPABLE|ENOTSUP"],
			[`fd_fdstat_set_rights ${g} 0x7fffffffffffffff -1`, "SUCCESS|ENOTCAPABLE|ENOTSUP|EINVAL"],
			[`path_open ${g} follow ../outside/file.txt 0 -1 -1 0`, "ENOTCAPABLE"],
			[`path_open ${g} 0xffffffff ../outside/file.txt 0 -1 -1 0`, "ENOTCAPABLE|EINVAL"],
			[`path_open ${g} follow ../outside/file.txt 0xffff -1 -1 0xffff`, "ENOTCAPABLE|EINVAL"],
			[`path_open ${root} follow ../outside/file.txt 0 -1 -1 0`, "ENOTCAPABLE"],
		],
	},
];
