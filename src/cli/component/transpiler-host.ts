/**
 * The host of the transpiler, which is a component itself: what its glue imports from jco's shim. It lends nothing: no
 * files, no variables, no input. Random bytes seed its hash tables alone, and are always the same, so that one
 * component gives one text.
 */

/** The classes of resources that nothing makes. */
const Nothing = Object;

export const types = {
	Descriptor: class Descriptor extends Nothing {},
	DirectoryEntryStream: class DirectoryEntryStream extends Nothing {},
	filesystemErrorCode: (): undefined => undefined,
};

export const error = { Error: class IoError extends Nothing {} };

const OUTPUT_BYTES_MAX = 4096;

class OutputStream {
	checkWrite(): bigint {
		return BigInt(OUTPUT_BYTES_MAX);
	}
	write(): void {}
	blockingFlush(): void {}
	blockingWriteAndFlush(): void {}
}

class InputStream {
	read(): never {
		throw closed();
	}
	blockingRead(): never {
		throw closed();
	}
}

function closed(): Error {
	return Object.assign(new Error("closed"), { payload: { tag: "closed" } });
}

export const streams = { InputStream, OutputStream };
export const environment = { getEnvironment: (): [] => [] };
export const exit = {
	exit(): never {
		throw new Error("the transpiler gave up");
	},
};
export const stdin = { getStdin: () => new InputStream() };
export const stdout = { getStdout: () => new OutputStream() };
export const stderr = { getStderr: () => new OutputStream() };
export const terminalInput = { TerminalInput: class TerminalInput extends Nothing {} };
export const terminalOutput = { TerminalOutput: class TerminalOutput extends Nothing {} };
export const terminalStdin = { getTerminalStdin: (): undefined => undefined };
export const terminalStdout = { getTerminalStdout: (): undefined => undefined };
export const terminalStderr = { getTerminalStderr: (): undefined => undefined };
export const preopens = { getDirectories: (): [] => [] };
export const random = { getRandomBytes: (length: bigint) => new Uint8Array(Number(length)) };
