/** What it takes of node:fs and node:path. */
export interface FolderCalls {
	mkdirSync(folder: string, options: { readonly mode: number }): unknown;
	statSync(path: string, options: { readonly throwIfNoEntry: false }): { isDirectory(): boolean } | undefined;
	dirname(path: string): string;
}

/**
 * Makes a folder, and those above it that are missing. One call for each: Node's own recursive mkdir never comes back where
 * nothing can be made in a folder that is there, as in /proc.
 *
 * @throws what the file system says
 */
export function makeFolders(folder: string, mode: number, calls: FolderCalls): void {
	const isFolder = (path: string) => calls.statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
	const missing: string[] = [];
	for (let at = folder; !isFolder(at); at = calls.dirname(at)) {
		missing.push(at);
		if (calls.dirname(at) === at) break;
	}
	for (const one of missing.toReversed()) {
		try {
			calls.mkdirSync(one, { mode });
		} catch (cause) {
			// another process may have been first
			if (!isFolder(one)) throw cause;
		}
	}
}
