import { args_get, args_sizes_get, environ_get, environ_sizes_get } from "./args.ts";
import { clock_res_get, clock_time_get } from "./clock.ts";
import { fd_prestat_dir_name, fd_prestat_get, fd_readdir } from "./directory.ts";
import { fd_pread, fd_pwrite, fd_read, fd_write } from "./fd-io.ts";
import {
	fd_advise,
	fd_allocate,
	fd_close,
	fd_datasync,
	fd_fdstat_get,
	fd_fdstat_set_flags,
	fd_fdstat_set_rights,
	fd_filestat_set_size,
	fd_renumber,
	fd_seek,
	fd_sync,
	fd_tell,
} from "./fd.ts";
import { fd_filestat_get, fd_filestat_set_times } from "./filestat.ts";
import type { HostFunction } from "./function.ts";
import { path_open } from "./path-open.ts";
import {
	path_create_directory,
	path_filestat_get,
	path_filestat_set_times,
	path_link,
	path_readlink,
	path_remove_directory,
	path_rename,
	path_symlink,
	path_unlink_file,
} from "./path.ts";
import { poll_oneoff } from "./poll.ts";
import { proc_exit, proc_raise, sched_yield } from "./proc.ts";
import { random_get } from "./random.ts";
import { sock_accept, sock_recv, sock_send, sock_shutdown } from "./sock.ts";
import { UNSTABLE_DIFFERENCES } from "./unstable.ts";

/** All of wasi_snapshot_preview1, in the order of its witx. */
const PREVIEW1: readonly HostFunction[] = [
	args_get,
	args_sizes_get,
	environ_get,
	environ_sizes_get,
	clock_res_get,
	clock_time_get,
	fd_advise,
	fd_allocate,
	fd_close,
	fd_datasync,
	fd_fdstat_get,
	fd_fdstat_set_flags,
	fd_fdstat_set_rights,
	fd_filestat_get,
	fd_filestat_set_size,
	fd_filestat_set_times,
	fd_pread,
	fd_prestat_get,
	fd_prestat_dir_name,
	fd_pwrite,
	fd_read,
	fd_readdir,
	fd_renumber,
	fd_seek,
	fd_sync,
	fd_tell,
	fd_write,
	path_create_directory,
	path_filestat_get,
	path_filestat_set_times,
	path_link,
	path_open,
	path_readlink,
	path_remove_directory,
	path_rename,
	path_symlink,
	path_unlink_file,
	poll_oneoff,
	proc_exit,
	proc_raise,
	sched_yield,
	random_get,
	sock_accept,
	sock_recv,
	sock_send,
	sock_shutdown,
];

const byName = (functions: readonly HostFunction[]) =>
	new Map(functions.map((host) => [host.name, host] as const));

/** Every module name that preview1 goes by, and its functions. Maps: names come from hostile modules. */
const MODULES: ReadonlyMap<string, ReadonlyMap<string, HostFunction>> = new Map([
	["wasi_snapshot_preview1", byName(PREVIEW1)],
	["wasi_unstable", byName([...PREVIEW1, ...UNSTABLE_DIFFERENCES])],
]);

/** The host function behind an import; undefined when there is none. */
export function findFunction(module: string, name: string): HostFunction | undefined {
	return MODULES.get(module)?.get(name);
}

export function isWasiModule(module: string): boolean {
	return MODULES.has(module);
}

export function functionNames(): readonly string[] {
	return PREVIEW1.map(({ name }) => name);
}
