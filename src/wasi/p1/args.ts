import { Errno } from "../../sys/errno.ts";
import { type Context, hostFunction } from "./function.ts";
import { encodeUtf8 } from "./text.ts";

export const args_get = hostFunction(
	"args_get",
	[
		["argv", "pointer"],
		["argv_buf", "pointer"],
	],
	(context, argv: number, buffer: number) => putStrings(context, argumentBytes(context), argv, buffer),
);

export const args_sizes_get = hostFunction(
	"args_sizes_get",
	[
		["argc", "->u32"],
		["argv_buf_size", "->u32"],
	],
	(context, count: number, size: number) => putSizes(context, argumentBytes(context), count, size),
);

export const environ_get = hostFunction(
	"environ_get",
	[
		["environ", "pointer"],
		["environ_buf", "pointer"],
	],
	(context, environ: number, buffer: number) => putStrings(context, variableBytes(context), environ, buffer),
);

export const environ_sizes_get = hostFunction(
	"environ_sizes_get",
	[
		["environc", "->u32"],
		["environ_buf_size", "->u32"],
	],
	(context, count: number, size: number) => putSizes(context, variableBytes(context), count, size),
);

function argumentBytes({ guest }: Context): Uint8Array[] {
	return guest.world.args.map(withNul);
}

function variableBytes({ guest }: Context): Uint8Array[] {
	return [...guest.world.env].map(([name, value]) => withNul(`${name}=${value}`));
}

function withNul(text: string): Uint8Array {
	return encodeUtf8(`${text}\0`);
}

function sizeOf(strings: readonly Uint8Array[]): number {
	return strings.reduce((sum, bytes) => sum + bytes.length, 0);
}

function putSizes({ memory }: Context, strings: Uint8Array[], count: number, size: number): Errno {
	if (!memory.has(count, 4) || !memory.has(size, 4)) return Errno.FAULT;
	memory.setU32(count, strings.length);
	memory.setU32(size, sizeOf(strings));
	return Errno.SUCCESS;
}

function putStrings({ memory }: Context, strings: Uint8Array[], pointers: number, buffer: number): Errno {
	if (!memory.has(pointers, strings.length * 4) || !memory.has(buffer, sizeOf(strings))) return Errno.FAULT;
	let at = buffer >>> 0;
	for (const [index, bytes] of strings.entries()) {
		memory.setU32((pointers >>> 0) + index * 4, at);
		memory.bytes.set(bytes, at);
		at += bytes.length;
	}
	return Errno.SUCCESS;
}
