import { checkCases, type ContractOptions, type DirectoryBackend } from "./backend.contract.ts";
import { LIST_CASES } from "./directory-list.contract.ts";
import { checkPaths } from "./directory-paths.contract.ts";
import { HANDLE_CASES, LINK_CASES, NAME_CASES, RENAME_CASES } from "./directory-tree.contract.ts";
import { FILE_CASES, TIME_CASES } from "./file.contract.ts";

/**
 * Holds a backend to every rule of `Directory` and `File`. `make` makes an empty directory that can
 * be written, afresh for each case; it is disposed of after.
 *
 * Where POSIX leaves a choice, and in its order of checks, the answers are those of Linux 6.18 on tmpfs.
 */
export function checkDirectory(
	name: string,
	make: () => DirectoryBackend,
	options: ContractOptions = {},
): void {
	checkPaths(name, make, options);
	for (const cases of [
		NAME_CASES,
		LINK_CASES,
		RENAME_CASES,
		HANDLE_CASES,
		LIST_CASES,
		FILE_CASES,
		TIME_CASES,
	])
		checkCases(name, make, cases, options);
}
