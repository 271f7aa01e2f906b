/** `(module (type (func (param i32))) (import "h" "f" (func (type 0))) (export "f" (func 0)))` */
// oxfmt-ignore
const PASS_ON = [
	0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00,
	0x01, 0x05, 0x01, 0x60, 0x01, 0x7f, 0x00,
	0x02, 0x07, 0x01, 0x01, 0x68, 0x01, 0x66, 0x00, 0x00,
	0x07, 0x05, 0x01, 0x01, 0x66, 0x00, 0x00,
];

/** A function of the host's as one of wasm, `(i32) -> ()`, which a global can hold. */
export function hookFunction(call: (value: number) => void): unknown {
	const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(PASS_ON)), {
		h: { f: call },
	});
	return exports["f"];
}
