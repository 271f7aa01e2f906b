import type { MeterHook } from "../wasm/meter-hook.ts";

/**
 * `(module (import "h" "ask" (func (param i32) (result i32))) (import "h" "pause" (func (param i32)))
 *   (func (export "f") (param i32) (if (call 0 (local.get 0)) (then (call 1 (local.get 0))))))`:
 * only a function of wasm may call what suspends, and only where it is to suspend: even one that answers at once throws
 * where the host has called the guest without a stack of its own.
 */
// oxfmt-ignore
const ASK_AND_PAUSE = [
	0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00,
	0x01, 0x0a, 0x02, 0x60, 0x01, 0x7f, 0x01, 0x7f, 0x60, 0x01, 0x7f, 0x00,
	0x02, 0x13, 0x02, 0x01, 0x68, 0x03, 0x61, 0x73, 0x6b, 0x00, 0x00, 0x01, 0x68, 0x05, 0x70, 0x61, 0x75, 0x73, 0x65, 0x00, 0x01,
	0x03, 0x02, 0x01, 0x01,
	0x07, 0x05, 0x01, 0x01, 0x66, 0x00, 0x02,
	0x0a, 0x0f, 0x01, 0x0d, 0x00, 0x20, 0x00, 0x10, 0x00, 0x04, 0x40, 0x20, 0x00, 0x10, 0x01, 0x0b, 0x0b,
];

/**
 * A hook for metered modules that may let others run.
 *
 * @param ask called with the instance's id; whether to pause
 * @param pause the guest goes on when its promise is resolved
 */
export function pausingHook(ask: (id: number) => boolean, pause: () => Promise<void>): MeterHook {
	const { Suspending } = WebAssembly as unknown as {
		readonly Suspending: new (call: () => Promise<void>) => WebAssembly.ImportValue;
	};
	const imports = { h: { ask: (id: number) => Number(ask(id)), pause: new Suspending(pause) } };
	const module = new WebAssembly.Module(Uint8Array.from(ASK_AND_PAUSE));
	return { function: new WebAssembly.Instance(module, imports).exports["f"] };
}
