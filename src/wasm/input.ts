import { Fault } from "../base/fault.ts";
import { foreignBinary, type Foreign } from "./foreign-binary.ts";
import { foreignText, type Wat } from "./foreign-text.ts";

/** What a file is, by its bytes alone. */
export type Input =
	| { readonly form: "module" }
	| { readonly form: "component" }
	/** The text format, which has to be assembled first. */
	| { readonly form: "wat"; readonly of: Wat }
	| ({ readonly form: "foreign" } & Foreign);

/** Says what the bytes are. Looks at a few kilobytes. Never throws. */
export function describeInput(bytes: Uint8Array): Input {
	if (startsWithMagic(bytes)) return describeWasm(bytes);
	const binary = foreignBinary(bytes);
	if (binary !== undefined) return { form: "foreign", ...binary };
	const text = foreignText(bytes);
	if (typeof text === "string") return { form: "wat", of: text };
	return { form: "foreign", ...(text ?? { is: "no wasm module, and of no kind known to wherry" }) };
}

/** Throws the fault that fits, unless the bytes begin as a core module does. */
export function demandModule(bytes: Uint8Array, file?: string): void {
	if (isModule(bytes)) {
		if (bytes.length <= MODULE_BYTES_MAX) return;
		throw tooLarge(bytes.length, file);
	}
	throw refusal(describeInput(bytes), file);
}

/** The same of a core module or a component. @param verb what cannot be done with it: `inspect` */
export function demandBinary(bytes: Uint8Array, file: string, verb: string): void {
	if (!isModule(bytes) && !isComponent(bytes)) throw refusal(describeInput(bytes), file, verb);
}

/** V8's own limit for a module (`kV8MaxWasmModuleSize`). */
export const MODULE_BYTES_MAX = 2 ** 30;

const MAGIC = [0x00, 0x61, 0x73, 0x6d];
const VERSION_AND_LAYER_BYTES = 8;

function isModule(bytes: Uint8Array): boolean {
	return bytes.length >= VERSION_AND_LAYER_BYTES && startsWithMagic(bytes) && version(bytes) === 1;
}

/** Whether the bytes begin as a component of today's binary format does (Component Model, Binary.md). */
export function isComponent(bytes: Uint8Array): boolean {
	return bytes.length >= VERSION_AND_LAYER_BYTES && startsWithMagic(bytes) && version(bytes) >>> 16 === 1;
}

function startsWithMagic(bytes: Uint8Array): boolean {
	return bytes.length > 0 && MAGIC.every((byte, index) => index >= bytes.length || bytes[index] === byte);
}

/** Version and layer together, as 32 bits: 1 for a module. */
function version(bytes: Uint8Array): number {
	return new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
}

function describeWasm(bytes: Uint8Array): Input {
	if (bytes.every((byte) => byte === 0)) return { form: "foreign", ...zeros(bytes.length) };
	if (bytes.length < VERSION_AND_LAYER_BYTES) return { form: "foreign", ...headerCutOff(bytes.length) };
	const found = version(bytes);
	if (found === 1) return { form: "module" };
	if (isComponent(bytes)) return { form: "component" };
	return { form: "foreign", ...otherVersion(found) };
}

function zeros(size_bytes: number): Foreign {
	return { is: `nothing but ${size_bytes} zero bytes`, help: "copy or download the file again" };
}

function headerCutOff(size_bytes: number): Foreign {
	return {
		is: `a wasm module cut off after ${size_bytes} of its header's 8 bytes`,
		help: "copy or download the file again",
	};
}

function otherVersion(found: number): Foreign {
	return {
		is: `wasm of binary version 0x${found.toString(16)}`,
		note: "version 1 is the only one there has been since 2017",
		help: "build it again with a current toolchain",
	};
}

function tooLarge(size_bytes: number, file: string | undefined): Fault {
	const mib = Math.ceil(size_bytes / 2 ** 20);
	return new Fault("MODULE_TOO_LARGE", `cannot run ${quoted(file)}: it has ${mib} MiB`, {
		note: `the engine takes modules of up to ${MODULE_BYTES_MAX / 2 ** 20} MiB`,
		help: "strip it: wasm-opt --strip-debug, or -s for clang and lld",
	});
}

/** The fault for an input that is no module. */
function refusal(input: Input, file: string | undefined, verb = "run"): Fault {
	const cannot = `cannot ${verb} ${quoted(file)}`;
	if (input.form === "component")
		return new Fault("MODULE_INVALID", `${cannot}: it is a component, and a core module is wanted`);
	if (input.form === "foreign")
		return new Fault("NOT_WASM", `${cannot}: it is ${input.is}`, {
			note: input.note ?? "a wasm module begins with the bytes 00 61 73 6d 01 00 00 00",
			help: input.help ?? "name the .wasm file that your toolchain wrote",
		});
	return new Fault("NOT_WASM", `${cannot}: it is wasm in the text format, not yet assembled`, {
		note: "a wasm module begins with the bytes 00 61 73 6d 01 00 00 00",
		help: "wat2wasm FILE.wat -o FILE.wasm",
	});
}

function quoted(file: string | undefined): string {
	return file === undefined ? "this file" : `'${file}'`;
}
