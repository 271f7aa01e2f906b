/**
 * One right call of each function of preview1 that takes a pointer, as wasicall's raw statement. A
 * pointer is written `*ADDRESS:BYTES`, a length of something in memory `#NUMBER`, an i64 `~NUMBER`; `SET_UP` has
 * put there what the pointers should point to.
 */
export const CALLS: readonly string[] = [
	"args_get *@0:4 *@1024:1",
	"args_sizes_get *@0:4 *@8:4",
	"environ_get *@0:4 *@1024:1",
	"environ_sizes_get *@0:4 *@8:4",
	"clock_res_get 0 *@0:8",
	"clock_time_get 0 ~1 *@0:8",
	"fd_fdstat_get 3 *@0:24",
	"fd_filestat_get $file *@0:64",
	"fd_pread $file *@61000:8 #1 ~0 *@0:4",
	"fd_prestat_get 3 *@0:8",
	"fd_prestat_dir_name 3 *@0:2 #2",
	"fd_pwrite $file *@61000:8 #1 ~0 *@0:4",
	"fd_read $file *@61000:8 #1 *@0:4",
	"fd_readdir 3 *@0:100 #100 ~0 *@1024:4",
	"fd_seek $file ~0 0 *@0:8",
	"fd_tell $file *@0:8",
	"fd_write $file *@61000:8 #1 *@0:4",
	"path_create_directory 3 *@62000:4 #4",
	"path_filestat_get 3 1 *@62000:4 #4 *@0:64",
	"path_filestat_set_times 3 1 *@62000:4 #4 ~1 ~1 0",
	"path_link 3 0 *@62000:4 #4 3 *@62010:5 #5",
	"path_open 3 1 *@62000:4 #4 0 ~2 ~2 0 *@0:4",
	"path_readlink 3 *@62000:4 #4 *@0:100 #100 *@1024:4",
	"path_remove_directory 3 *@62000:4 #4",
	"path_rename 3 *@62000:4 #4 3 *@62000:4 #4",
	"path_symlink *@62000:4 #4 3 *@62020:4 #4",
	"path_unlink_file 3 *@62020:4 #4",
	"poll_oneoff *@63000:48 *@0:32 #1 *@1024:4",
	"random_get *@0:16 #16",
	"sock_accept 3 0 *@0:4",
	"sock_recv 3 *@61000:8 #1 0 *@0:4 *@8:4",
	"sock_send 3 *@61000:8 #1 0 *@0:4",
];

/** The other functions, which take numbers only, each with a call that has no lasting effect. */
export const PLAIN_CALLS: readonly string[] = [
	"fd_advise $file ~0 ~1 0",
	"fd_allocate $file ~0 ~1",
	"fd_close 77",
	"fd_datasync $file",
	"fd_fdstat_set_flags $file 0",
	"fd_fdstat_set_rights $file ~0 ~0",
	"fd_filestat_set_size $file ~10",
	"fd_filestat_set_times $file ~1 ~1 0",
	"fd_renumber 77 78",
	"fd_sync $file",
	"sched_yield",
	"sock_shutdown 3 1",
];

/** These end the run, whatever they are given. */
export const ENDING = ["proc_exit", "proc_raise"];

/** Statements that prepare what the calls above point to: descriptor 3 is a directory. */
export const SET_UP: readonly string[] = [
	"file = path_open 3 follow file creat read|write all 0",
	"fd_write $file 0123456789",
	// @61000: one iovec of 16 bytes at @64000; @62000: names; @63000: a clock that rings at once
	"poke @62000 66696c65",
	"poke @62010 6f74686572",
	"poke @62020 6c696e6b",
	"store @61000 @64000",
	"store @61004 16",
	`poke @63000 ${"00".repeat(48)}`,
	"store @63016 1",
];

export interface Parameter {
	readonly kind: "number" | "long" | "pointer" | "length";
	readonly text: string;
}

/** A raw statement's words, with what each of them is. */
export function parametersOf(call: string): { name: string; parameters: Parameter[] } {
	const [name = "", ...words] = call.split(" ");
	const parameters = words.map((word): Parameter => {
		if (word.startsWith("*")) return { kind: "pointer", text: word.slice(1).replace(/:\d+$/, "") };
		if (word.startsWith("#")) return { kind: "length", text: word.slice(1) };
		if (word.startsWith("~")) return { kind: "long", text: word.slice(1) };
		return { kind: "number", text: word };
	});
	return { name, parameters };
}

/** The call as wasicall reads it, with parameter `index` replaced. */
export function statementOf(call: string, index = -1, replacement = ""): string {
	const { name, parameters } = parametersOf(call);
	return ["raw", name, ...parameters.map(({ text }, at) => (at === index ? replacement : text))].join(" ");
}
