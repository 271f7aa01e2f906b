import type { Listing } from "../toolchain.ts";

const SOURCE = /^(?:src\/.*|[^/]*)\.(?:c|cc|cpp|cxx)$/;
const TEST = /(?:^|[/_.-])tests?(?:[/_.-]|$)/;

/** The sources of C and C++ that make up a program: at the top and below src/, but no tests. */
export function cSources({ files }: Listing): readonly string[] {
	return files.filter((path) => SOURCE.test(path) && !TEST.test(path));
}

export function isCpp(path: string): boolean {
	return /\.(?:cc|cpp|cxx)$/.test(path);
}
