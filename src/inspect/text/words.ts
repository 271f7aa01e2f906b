import type { Limits } from "../../wasm/module.ts";

/** A string of the text format that holds these bytes; only printable ASCII stands for itself. */
export function quoted(bytes: Uint8Array): string {
	let text = '"';
	for (const byte of bytes) {
		const isPlain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c;
		text += isPlain ? String.fromCharCode(byte) : `\\${byte.toString(16).padStart(2, "0")}`;
	}
	return `${text}"`;
}

/** A name of others as a string of the text format. */
export function quotedName(name: string): string {
	return quoted(new TextEncoder().encode(name));
}

/** `i64 1 2 shared`, with the page's size where it is not 64 KiB. */
export function limitsText(limits: Limits & { readonly pageSize_bytes?: number }): string {
	const { minimum, maximum, shared, is64, pageSize_bytes = 65_536 } = limits;
	const words = [
		is64 ? "i64" : "",
		String(BigInt(minimum)),
		maximum === undefined ? "" : String(BigInt(maximum)),
	];
	words.push(shared ? "shared" : "", pageSize_bytes === 65_536 ? "" : `(pagesize ${pageSize_bytes})`);
	return words.filter((word) => word !== "").join(" ");
}
