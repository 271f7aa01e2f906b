/** A file that is not wasm. */
export interface Foreign {
	/** What it is, to stand after "it is". */
	readonly is: string;
	/** What is true beside that. */
	readonly note?: string | undefined;
	/** What to type or to do. */
	readonly help?: string | undefined;
}

/** Recognises a binary file by its first bytes: programs, archives, compiler output. */
export function foreignBinary(bytes: Uint8Array): Foreign | undefined {
	if (bytes.length === 0) return { is: "an empty file", help: "build, copy or download it again" };
	return elf(bytes) ?? machO(bytes) ?? MAGICS.find(({ magic, at }) => holds(bytes, magic, at ?? 0))?.facts;
}

const REBUILD = "build it again for wasm: clang --target=wasm32-wasi, cargo build --target wasm32-wasip1";

interface Magic {
	readonly magic: string;
	readonly at?: number;
	readonly facts: Foreign;
}

/** By the bytes they begin with, each as a character of its own. */
const MAGICS: readonly Magic[] = [
	{ magic: "MZ", facts: { is: "a program for Windows", help: REBUILD } },
	{ magic: "\x1f\x8b", facts: { is: "compressed with gzip", help: "gunzip it first" } },
	{ magic: "\x28\xb5\x2f\xfd", facts: { is: "compressed with zstd", help: "unzstd it first" } },
	{ magic: "\xfd7zXZ\x00", facts: { is: "compressed with xz", help: "unxz it first" } },
	{ magic: "BZh", facts: { is: "compressed with bzip2", help: "bunzip2 it first" } },
	{ magic: "PK\x03\x04", facts: { is: "a zip archive", help: "unzip it, and name the .wasm file in it" } },
	{
		magic: "ustar",
		at: 257,
		facts: { is: "a tar archive", help: "unpack it, and name the .wasm file in it" },
	},
	{
		magic: "!<arch>\n",
		facts: {
			is: "a static library",
			help: "link it into a program: clang --target=wasm32-wasi main.c LIBRARY",
		},
	},
	{
		magic: "BC\xc0\xde",
		facts: { is: "LLVM bitcode", help: "compile it to wasm: clang --target=wasm32-wasi FILE -o FILE.wasm" },
	},
	{ magic: "\xca\xfe\xba\xbe", facts: { is: "a Java class", note: "Java bytecode is not wasm" } },
	{ magic: "%PDF-", facts: { is: "a PDF document" } },
	{ magic: "\x89PNG", facts: { is: "a PNG picture" } },
	{ magic: "SQLite format 3\x00", facts: { is: "an SQLite database" } },
];

function holds(bytes: Uint8Array, magic: string, at: number): boolean {
	for (let index = 0; index < magic.length; index++)
		if (bytes[at + index] !== magic.charCodeAt(index)) return false;
	return true;
}

const ELF_MACHINES: Readonly<Record<number, string>> = {
	0x03: "x86",
	0x08: "MIPS",
	0x14: "PowerPC",
	0x15: "PowerPC 64",
	0x16: "s390x",
	0x28: "ARM",
	0x3e: "x86-64",
	0xb7: "AArch64",
	0xf3: "RISC-V",
	0xf7: "eBPF",
	0x102: "LoongArch",
};

const ELF_KINDS: Readonly<Record<number, string>> = { 1: "object file", 4: "core dump" };

function elf(bytes: Uint8Array): Foreign | undefined {
	if (!holds(bytes, "\x7fELF", 0)) return undefined;
	if (bytes.length < 20) return { is: "the beginning of an ELF file, cut off" };
	const view = new DataView(bytes.buffer, bytes.byteOffset);
	const little = bytes[5] !== 2;
	const machine = ELF_MACHINES[view.getUint16(18, little)] ?? "another machine";
	const kind = ELF_KINDS[view.getUint16(16, little)] ?? "program or library";
	return {
		is: `an ELF ${kind} for ${machine}`,
		note: "native code cannot be run in the sandbox",
		help: REBUILD,
	};
}

/** A universal binary begins as a Java class does; but it holds a few machines, and a class's version is above 40. */
const UNIVERSAL_MACHINES_MAX = 20;

function machO(bytes: Uint8Array): Foreign | undefined {
	if (bytes.length < 8) return undefined;
	const view = new DataView(bytes.buffer, bytes.byteOffset);
	const universal = view.getUint32(0) === 0xcafebabe && view.getUint32(4) < UNIVERSAL_MACHINES_MAX;
	if (universal) return macProgram("several machines");
	const magic = view.getUint32(0, true);
	if (magic !== 0xfeedfacf && magic !== 0xfeedface) return undefined;
	const machine = view.getUint32(4, true);
	if (machine === 0x0100_000c) return macProgram("ARM64");
	return macProgram(machine === 0x0100_0007 ? "x86-64" : "another machine");
}

function macProgram(machine: string): Foreign {
	return {
		is: `a Mach-O program for ${machine}`,
		note: "native code cannot be run in the sandbox",
		help: REBUILD,
	};
}
